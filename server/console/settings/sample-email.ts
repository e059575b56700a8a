/** The email that shows how the merchant's emails look. */
import type { Settings } from '../../../shared/settings';
import type { RenderInput } from '../../emails/render';
import type { Look } from '../../settings/look';

const BODY = `# Thank you, Jenny

Your payment of **$49.00** for the plan *Pro* has arrived. You find the invoice, and all earlier ones, in [your account](https://example.com).

[Open your account](https://example.com)

If anything isn’t right, just reply to this email.

{{ sender.name | default: "Your team" }}
`;

export const sampleEmail = (
  { sender, locale, timezone }: Settings,
  accountName: string | null,
  look: Look,
): RenderInput => ({
  content: { kind: 'marketing', subject: 'Thank you', preview_text: '', body: BODY },
  event: {},
  contact: {},
  sender: { name: sender.from_name ?? accountName },
  locale,
  timezone,
  postalAddress: sender.postal_address,
  unsubscribeUrl: 'https://example.com',
  look,
});
