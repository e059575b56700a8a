import { Box, List, ListItem } from '@stripe/ui-extension-sdk/ui';
import type { EmailView } from '../../../shared/api';
import { lifeOf } from '../../../shared/words/email-life';
import { nameEmail } from '../../../shared/words/explanations';
import { BILLING_CONTACTS_WORDS } from '../../../shared/words/fields';
import { nameEmailState } from '../../../shared/words/statuses';
import { formatDateAndTime } from '../format';
import { StatusBadge } from '../status-badge';

/** Emails, each with what happened to it. */
export function EmailList({ emails }: { emails: readonly EmailView[] }) {
  return (
    <List>
      {emails.map((email) => (
        <ListItem
          key={email.id}
          id={email.id}
          title={nameEmail(email)}
          secondaryTitle={
            <Box css={{ stack: 'y' }}>
              {email.billing_copy && <Box>{`${BILLING_CONTACTS_WORDS.copy}: ${email.to}`}</Box>}
              {lifeOf(email).map(({ label, at, words }) => (
                <Box key={label}>
                  <Box css={{ font: 'caption' }}>{at ? `${label}, ${formatDateAndTime(at)}` : label}</Box>
                  {words && <Box>{words}</Box>}
                </Box>
              ))}
            </Box>
          }
          value={<StatusBadge {...nameEmailState(email)} />}
        />
      ))}
    </List>
  );
}
