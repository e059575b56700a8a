import { Box, List, ListItem } from '@stripe/ui-extension-sdk/ui';
import type { EmailView } from '../../../shared/api';
import { explainEmail, nameEmail } from '../../../shared/words/explanations';
import { nameEmailState } from '../../../shared/words/statuses';
import { formatDateAndTime } from '../format';
import { StatusBadge } from '../status-badge';

/** Emails with what became of each. */
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
              {explainEmail(email) && <Box>{explainEmail(email)}</Box>}
              <Box css={{ font: 'caption' }}>{formatDateAndTime(email.sent_at ?? email.created_at)}</Box>
            </Box>
          }
          value={<StatusBadge {...nameEmailState(email)} />}
        />
      ))}
    </List>
  );
}
