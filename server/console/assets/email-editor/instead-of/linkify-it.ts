/** For markdown-it, which asks for it only with an option that emails don't use. */
export default class LinkifyIt {}
