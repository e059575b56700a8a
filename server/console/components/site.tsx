/** A page that a merchant's contacts see: the merchant's own, not ours. */
import type { ReactNode } from 'react';
import type { PageSender } from '../../emails/page-sender';
import { Plain } from '../layout';
import { Icon, type IconName } from './icon';

export interface Mark {
  icon: IconName;
  tone: 'good' | 'plain';
}

export function SitePage({
  title,
  site,
  sender,
  mark,
  children,
}: {
  title: string;
  /** What stands at the head where the merchant's name isn't known. */
  site: string;
  sender: PageSender;
  mark?: Mark | null;
  children: ReactNode;
}) {
  return (
    <Plain title={title} site={sender.name ?? site} logo={sender.look.logo}>
      <div className="site-card">
        {mark && (
          <span className={`site-mark site-mark-${mark.tone}`}>
            <Icon name={mark.icon} />
          </span>
        )}
        {children}
      </div>
      <Foot sender={sender} />
    </Plain>
  );
}

/** The name stands at the head. */
function Foot({ sender: { replyTo, postalAddress, look } }: { sender: PageSender }) {
  if (!replyTo && !postalAddress && look.footer.length === 0) return null;
  return (
    <footer className="site-foot">
      {look.footer.length > 0 && <p className="site-lines">{look.footer.join('\n')}</p>}
      {postalAddress && <address>{postalAddress}</address>}
      {replyTo && <a href={`mailto:${replyTo}`}>{replyTo}</a>}
    </footer>
  );
}
