import { Box, List, ListItem } from '@stripe/ui-extension-sdk/ui';
import type { EmailView } from '../../../shared/api';
import { explainEmail } from '../../../shared/words/explanations';
import { EMAIL_STATUS_WORDS } from '../../../shared/words/statuses';
import { formatDateAndTime } from '../format';
import { StatusBadge } from '../status-badge';

export function EmailList({ emails, empty }: { emails: readonly EmailView[]; empty: string }) {
  if (emails.length === 0) return <Box css={{ color: 'secondary' }}>{empty}</Box>;
  return (
    <List>
      {emails.map((email) => (
        <ListItem
          key={email.id}
          id={email.id}
          title={email.subject}
          secondaryTitle={
            <Box css={{ stack: 'y' }}>
              {explainEmail(email) && <Box>{explainEmail(email)}</Box>}
              <Box css={{ font: 'caption' }}>{formatDateAndTime(email.sent_at ?? email.created_at)}</Box>
            </Box>
          }
          value={<StatusBadge {...EMAIL_STATUS_WORDS[email.status]} />}
        />
      ))}
    </List>
  );
}
