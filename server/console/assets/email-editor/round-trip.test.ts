/** Markdown to the editor and back: without loss, whatever is in it. */
import fc from 'fast-check';
import { TEMPLATES } from '../../../../shared/templates';
import { stepsOf } from '../../../../shared/workflow';
import { defineFromTemplate } from '../../../workflows/templates';
import { isSame, type DocMark, type DocNode } from './document';
import { readBody } from './read-markdown';
import { loosen, tidy, unformatted } from './tidy';
import { writeBody } from './write-markdown';

const shipped = Object.entries(TEMPLATES).flatMap(([key, { triggers }]) =>
  triggers.flatMap((trigger) =>
    stepsOf(defineFromTemplate(key, trigger)).flatMap(({ step }) =>
      step.kind === 'email' ? [[`${key} for ${trigger}, ${step.id}`, step.email.body] as const] : [],
    ),
  ),
);

const read = (source: string) => {
  const body = readBody(source);
  if (!body) throw new Error('can’t be held');
  return body;
};
const roundTrip = (source: string): string => writeBody(read(source));
const all = (node: DocNode): DocNode[] => [node, ...(node.content ?? []).flatMap(all)];
const isAsWritten = ({ type, attrs }: DocNode) =>
  type !== 'mergeTag' && type !== 'liquidTag' && attrs?.source !== undefined;

describe('a shipped template', () => {
  it.each(shipped)('%s, comes back as it was, and nothing in it is out of an editor’s reach', (_name, body) => {
    expect(roundTrip(body)).toBe(body);
    expect(all(read(body).doc).filter((node) => node.type === 'raw' || isAsWritten(node))).toEqual([]);
  });
});

const doc = (...content: DocNode[]): DocNode => ({ type: 'doc', content });
const text = (words: string, ...marks: string[]): DocNode =>
  marks.length > 0
    ? { type: 'text', text: words, marks: marks.map((type) => ({ type })) }
    : { type: 'text', text: words };
const paragraph = (...content: DocNode[]): DocNode => ({ type: 'paragraph', content });
const tag = (source: string): DocNode => ({ type: 'mergeTag', attrs: { source } });
const item = (...content: DocNode[]): DocNode => ({ type: 'listItem', content });
const branch = (source: string, ...content: DocNode[]): DocNode => ({
  type: 'branch',
  attrs: { tag: source, lead: '\n', trail: '\n' },
  content,
});
const NAME = '{{ contact.first_name | default: "there" }}';

describe('what the toolbar makes', () => {
  it.each<[string, DocNode, string]>([
    ['a paragraph with a tag', doc(paragraph(text('Hi '), tag(NAME), text(','))), `Hi ${NAME},`],
    ['a line break', doc(paragraph(text('Kind regards,'), { type: 'hardBreak' }, text('Ann'))), 'Kind regards,\nAnn'],
    ['bold and italic', doc(paragraph(text('a '), text('b', 'bold'), text(' '), text('c', 'italic'))), 'a **b** *c*'],
    [
      'italic within bold',
      doc(paragraph(text('a ', 'bold'), text('b', 'bold', 'italic'), text(' c', 'bold'))),
      '**a *b* c**',
    ],
    [
      'a heading',
      doc({ type: 'heading', attrs: { level: 2 }, content: [text('News')] }, paragraph(text('x'))),
      '## News\n\nx',
    ],
    [
      'lists in lists',
      doc({
        type: 'bulletList',
        content: [
          item(paragraph(text('a')), {
            type: 'orderedList',
            attrs: { start: 1 },
            content: [item(paragraph(text('b')))],
          }),
          item(paragraph(text('c'))),
        ],
      }),
      '- a\n  1. b\n- c',
    ],
    [
      'a quote',
      doc({ type: 'blockquote', content: [paragraph(text('a')), paragraph(text('b'))] }, { type: 'horizontalRule' }),
      '> a\n>\n> b\n\n---',
    ],
    [
      'a link',
      doc(
        paragraph(text('See '), {
          type: 'text',
          text: 'this',
          marks: [{ type: 'link', attrs: { href: 'https://a.example/?b=1' } }],
        }),
      ),
      'See [this](https://a.example/?b=1)',
    ],
    [
      'a button',
      doc({ type: 'button', attrs: { href: '{{ pay_url }}' }, content: [text('Pay')] }),
      '[Pay]({{ pay_url }})',
    ],
    [
      'an image',
      doc(paragraph({ type: 'image', attrs: { src: 'https://a.example/b.png', alt: 'Our shop' } })),
      '![Our shop](https://a.example/b.png)',
    ],
    [
      'a condition with another case',
      doc(
        {
          type: 'condition',
          attrs: { close: '{% endif %}' },
          content: [branch('{% if event.plan %}', paragraph(text('a'))), branch('{% else %}', paragraph(text('b')))],
        },
        paragraph(text('c')),
      ),
      '{% if event.plan %}\na\n{% else %}\nb\n{% endif %}\n\nc',
    ],
  ])('%s, is written as Markdown and read back as itself', (_name, made, markdown) => {
    expect(writeBody({ lead: '', doc: made, trail: '' })).toBe(markdown);
    expect(isSame(read(markdown).doc, made)).toBe(true);
  });

  it('keeps two bold words bold whose gap is half bold', () => {
    const made = doc(paragraph(text('a ', 'bold'), text(' '), text('a', 'bold')));
    expect(writeBody({ lead: '', doc: made, trail: '' })).toBe('**a  a**');
  });

  it('is never read as something else, whatever is typed and wherever it is bold', () => {
    fc.assert(
      fc.property(written(typed()), (made) => {
        expectSame(made, [made]);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps its words where Markdown can’t make them bold, as right beside a chip', () => {
    fc.assert(
      fc.property(
        written(fc.oneof({ weight: 3, arbitrary: typed() }, { weight: 1, arbitrary: fc.constant(tag(NAME)) })),
        (made) => {
          expectSame(made, [made, eachOf(made, loosen), eachOf(made, unformatted)]);
        },
      ),
      { numRuns: 200 },
    );
    const beside = doc(paragraph(text('Plan:', 'bold'), tag(NAME)));
    expect(writeBody({ lead: '', doc: beside, trail: '' })).toBe(`**Plan**:${NAME}`);
  });
});

function expectSame(made: DocNode, allowed: readonly DocNode[]): void {
  const markdown = writeBody({ lead: '', doc: made, trail: '' });
  const again = read(markdown).doc.content ?? [];
  const isAllowed = again.every((block, at) =>
    allowed.some(({ content = [] }) => isSame(tidy(block), tidy(content[at] ?? block))),
  );
  if (!isAllowed || again.length !== made.content?.length) throw new Error(`read as something else: ${markdown}`);
}

const eachOf = ({ content = [] }: DocNode, change: (node: DocNode) => DocNode): DocNode => doc(...content.map(change));

const WORDS = [
  'a',
  'b c',
  ' ',
  'x_y',
  '*',
  '**',
  '_',
  '# no',
  '- no',
  '1. no',
  '> no',
  '[no](x)',
  '<b>',
  '&amp;',
  '~~',
  '`',
  '\\',
  '!',
  'ö',
  '“so”',
  '.',
  '|',
  '---',
  '===',
];
const marks = (): fc.Arbitrary<DocMark[]> =>
  fc.subarray(['bold', 'italic']).map((types) => types.map((type) => ({ type })));
const typed = (): fc.Arbitrary<DocNode> =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.tuple(fc.constantFrom(...WORDS), marks()).map(([words, on]) => ({ ...text(words), marks: on })),
    },
    { weight: 1, arbitrary: fc.constant<DocNode>({ type: 'hardBreak' }) },
  );
/** Blocks as they are typed, but for what isn't seen: see tidy.ts. */
const written = (inline: fc.Arbitrary<DocNode>): fc.Arbitrary<DocNode> =>
  fc
    .array(
      fc
        .tuple(fc.constantFrom('paragraph', 'item', 'quote'), fc.array(inline, { minLength: 1, maxLength: 6 }))
        .map(([kind, content]) => blockOf(kind, tidy(paragraph(...content)))),
      { minLength: 1, maxLength: 4 },
    )
    .map((blocks) => doc(...blocks.flat()));

/** With a rule after it: two lists side by side would be one. */
function blockOf(kind: string, line: DocNode): DocNode[] {
  if (line.content?.length === 0) return [{ type: 'horizontalRule' }];
  if (kind === 'item') return [{ type: 'bulletList', content: [item(line)] }, { type: 'horizontalRule' }];
  return kind === 'quote' ? [{ type: 'blockquote', content: [line] }, { type: 'horizontalRule' }] : [line];
}

describe('what others wrote', () => {
  it.each([
    ['a table', '| a | b |\n|---|---|\n| 1 | 2 |\n'],
    ['code', '    indented\n\n```js\nlet a;\n```\n\ntext'],
    ['a loop', 'Items:\n\n{% for item in event.items %}\n- {{ item }}\n{% endfor %}\n\nBye'],
    ['references', 'See [this][1].\n\n[1]: https://a.example "A title"\n'],
    ['other signs for the same', 'Title\n=====\n\n* a\n* b\n\n__bold__ and _italic_ \\* <https://a.example>  \nnext'],
    ['blank lines without end', '\n\n\na\n\n\n\nb  \n\n\n'],
    [
      'whitespace control',
      'a {%- if contact.plan -%} b {%- endif %}\n\n{% comment %}\n\nnot said {% if %}\n\n{% endcomment %}c',
    ],
    ['a condition over paragraphs that begins within one', 'a {% if contact.plan %}b\n\nc{% endif %} d'],
    ['a tag that closes nothing', 'a\n\n{% endif %}\n\nb'],
    ['nothing', ''],
    ['white space', ' \n'],
  ])('comes back as it was: %s', (_name, body) => {
    expect(roundTrip(body)).toBe(body);
  });

  it('comes back as it was, whatever it is', () => {
    const part = fc.constantFrom(
      'a',
      ' ',
      '\n',
      '\n\n',
      '- ',
      '1. ',
      '# ',
      '> ',
      '**',
      '_',
      '`',
      '[',
      '](x)',
      '{{ a }}',
      '{% if b %}',
      '{% else %}',
      '{% endif %}',
      '|',
      '---',
      '    ',
      '![',
      '<',
      '>',
      '\\',
      '&amp;',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 25 }), (parts) => {
        const body = parts.join('');
        const held = readBody(body);
        if (held) expect(writeBody(held)).toBe(body);
      }),
      { numRuns: 500 },
    );
  });

  it.each([['Hi {{ contact.first_name'], ['{% if a'], ['{% comment %} no end'], ['a \uE000 b']])(
    'isn’t taken apart where it can’t be held: %s',
    (body) => {
      expect(readBody(body)).toBeUndefined();
    },
  );
});

describe('a change', () => {
  it('rewrites its own block, and no other', () => {
    const body = read('* one\n* two\n\n__old__\n\n\n\n* three');
    const [first, second, third] = body.doc.content ?? [];
    const changed = doc(
      first ?? { type: '' },
      { ...second, type: 'paragraph', content: [text('new', 'bold')] },
      third ?? { type: '' },
    );
    expect(writeBody({ ...body, doc: changed })).toBe('* one\n* two\n\n**new**\n\n\n\n* three');
  });

  it('keeps apart what stood close only because of what was between', () => {
    const body = read('a\n{% if contact.plan %}\nb\n{% endif %}\nc');
    const [first, condition, last] = body.doc.content ?? [];
    expect(condition?.type).toBe('condition');
    expect(writeBody({ ...body, doc: doc(first ?? { type: '' }, last ?? { type: '' }) })).toBe('a\n\nc');
  });

  it('takes Liquid that was typed for Liquid', () => {
    expect(writeBody({ lead: '', doc: doc(paragraph(text('Hi {{ contact.first_name }} *'))), trail: '' })).toBe(
      'Hi {{ contact.first_name }} *',
    );
  });
});
