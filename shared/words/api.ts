/** What the API says beside its own shapes. */
export const NOT_KEPT = {
  unsubscribed:
    'The contact stays unsubscribed: who has left is subscribed again only by a link of their own, or in the console.',
  leftList: (listId: string) =>
    `The contact stays off the mailing list ${listId}: they have left it by a link of their own.`,
};
