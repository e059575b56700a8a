/** The one responsive layout all emails share. Pure. */
import { Body } from '@react-email/body';
import { Container } from '@react-email/container';
import { Head } from '@react-email/head';
import { Html } from '@react-email/html';
import { Link } from '@react-email/link';
import { Preview } from '@react-email/preview';
import { Section } from '@react-email/section';
import { Text } from '@react-email/text';
import { renderToStaticMarkup } from 'react-dom/server';
import { PAPER } from '../../shared/brand';
import type { Look, ShownLogo } from '../settings/look';
import { MUTED, PAGE, stylesFor } from './render-styles';

export interface Layout {
  /** BCP 47. */
  locale: string;
  subject: string;
  previewText: string;
  /** Safe HTML. */
  bodyHtml: string;
  /** Lines at the foot. */
  footer: readonly string[];
  unsubscribeUrl: string | null;
  look: Look;
}

const DOCTYPE =
  '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">';
/** Outlook's renderer ignores max-width. */
const OUTLOOK = '<!--[if mso]><style>.container{width:600px !important}</style><![endif]-->';

const NARROW =
  '@media (max-width:600px){.card{padding:24px 20px !important;border-radius:0 !important}.head,table.footer{padding-left:20px !important;padding-right:20px !important}}';
/** `[data-ogsc]` is how Outlook.com marks its dark mode. */
function cssFor(look: Look): string {
  const { dark } = stylesFor(look);
  return [
    ':root{color-scheme:light dark;supported-color-schemes:light dark}',
    NARROW,
    `@media (prefers-color-scheme:dark){${dark.map(([selector, rules]) => `${selector}{${rules}}`).join('')}}`,
    ...dark.map(([selector, rules]) => `[data-ogsc] ${selector}{${rules}}`),
  ].join('');
}

export function renderLayout(layout: Layout): string {
  return DOCTYPE + renderToStaticMarkup(<Email {...layout} />).replace('</head>', `${OUTLOOK}</head>`);
}

function Email({ locale, subject, previewText, bodyHtml, footer, unsubscribeUrl, look }: Layout) {
  const language = new Intl.Locale(locale);
  return (
    <Html lang={locale} dir={isRightToLeft(language.language) ? 'rtl' : 'ltr'}>
      <Head>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>{subject}</title>
        <style dangerouslySetInnerHTML={{ __html: cssFor(look) }} />
      </Head>
      {previewText && <Preview>{previewText}</Preview>}
      <Body className="page" style={{ backgroundColor: PAGE, margin: 0, padding: '24px 0', fontFamily: look.font }}>
        <Container className="container" style={{ width: '100%', maxWidth: 600, margin: '0 auto' }}>
          {look.logo && <Logo {...look.logo} />}
          <Section
            className="card"
            style={{ backgroundColor: PAPER.light, border: '1px solid #e3e8ee', borderRadius: 8, padding: '32px 40px' }}
          >
            <div dangerouslySetInnerHTML={{ __html: bodyHtml }} />
          </Section>
          {(footer.length > 0 || unsubscribeUrl) && <Footer lines={footer} unsubscribeUrl={unsubscribeUrl} />}
        </Container>
      </Body>
    </Html>
  );
}

const Logo = ({ url, width, height, alt }: ShownLogo) => (
  <Section className="head" style={{ padding: '0 40px 20px' }}>
    <img className="logo" src={url} width={width} height={height} alt={alt} style={{ fontSize: 17, fontWeight: 600 }} />
  </Section>
);

function Footer({ lines, unsubscribeUrl }: { lines: readonly string[]; unsubscribeUrl: string | null }) {
  return (
    <Section className="footer" style={{ padding: '16px 40px', color: MUTED }}>
      <Text className="footer" style={{ margin: 0, fontSize: 13, lineHeight: '20px', color: MUTED }}>
        {lines.map((line, index) => (
          <span key={index}>
            {line}
            <br />
          </span>
        ))}
        {unsubscribeUrl && (
          <Link href={unsubscribeUrl} style={{ color: MUTED, textDecoration: 'underline' }}>
            Unsubscribe
          </Link>
        )}
      </Text>
    </Section>
  );
}

const isRightToLeft = (language: string): boolean =>
  ['ar', 'fa', 'he', 'ps', 'sd', 'ug', 'ur', 'yi'].includes(language);
