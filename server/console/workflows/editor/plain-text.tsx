/** The content of a preview's frame other than the HTML email: its plain text, or why there is no preview. */
import { renderToStaticMarkup } from 'react-dom/server';

/** A document of its own, as plain as can be: it is shown in a frame that allows nothing. */
export const plainTextDocument = (text: string): string =>
  `<!doctype html>${renderToStaticMarkup(<TextDocument text={text} />)}`;

const TextDocument = ({ text }: { text: string }) => (
  <html lang="en">
    <head>
      <meta charSet="utf-8" />
      <title>Preview</title>
      <style>
        {
          'body{margin:16px;font:14px/1.6 ui-monospace,Menlo,Consolas,monospace;color:#17211e;white-space:pre-wrap;overflow-wrap:anywhere}'
        }
      </style>
    </head>
    <body>{text}</body>
  </html>
);
