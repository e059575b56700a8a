import { useState } from 'react';
import { Box, Button, Divider } from '@stripe/ui-extension-sdk/ui';
import type { ExtensionContextValue } from '@stripe/ui-extension-sdk/context';
import type { Client } from '../client';
import { DrawerFrame } from '../connection/drawer-frame';
import { canChange } from '../connection/surroundings';
import { useClient } from '../connection/use-client';
import { useOverview } from '../connection/use-overview';
import { EmailList } from '../emails/email-list';
import { EventDetails } from '../events/event-details';
import { EventList } from '../events/event-list';
import { Empty, FailureBanner, Loading, Section } from '../states';
import { BillingFacts, ContactFacts } from './contact-facts';
import { type CustomerActivity, useCustomer } from './use-customer';
import { whyNothingSent } from './why-nothing-sent';

export function CustomerPanel(context: ExtensionContextValue) {
  const client = useClient(context);
  const overview = useOverview(client);
  const customer = context.environment.objectContext?.id;
  return (
    <DrawerFrame context={context} overview={overview} title="Customer">
      {() =>
        customer ? (
          <CustomerContents key={customer} client={client} customer={customer} mayReplay={canChange(context)} />
        ) : (
          <Empty title="No customer here">Open a customer to see their contact, emails and events.</Empty>
        )
      }
    </DrawerFrame>
  );
}

function CustomerContents({ client, customer, mayReplay }: { client: Client; customer: string; mayReplay: boolean }) {
  const { answer, reload } = useCustomer(client, customer);
  const [openEvent, setOpenEvent] = useState<string | null>(null);
  const refresh = () => void reload();

  if (answer.kind === 'loading') return <Loading what="this customer" />;
  if (answer.kind === 'failed')
    return <FailureBanner title="This customer didn’t load" error={answer.error} onRetry={refresh} />;
  return (
    <Box css={{ stack: 'y', gapY: 'large' }}>
      <Person {...answer.value} />
      <Divider />
      <Section title="Emails">
        <Emails {...answer.value} />
      </Section>
      <Section title="Events">
        {answer.value.events.length > 0 ? (
          <EventList events={answer.value.events} onOpen={setOpenEvent} />
        ) : (
          <Box css={{ color: 'secondary' }}>No event of this customer has arrived yet.</Box>
        )}
      </Section>
      <Box>
        <Button size="small" onPress={refresh}>
          Refresh
        </Button>
      </Box>
      {openEvent && (
        <EventDetails
          client={client}
          id={openEvent}
          mayReplay={mayReplay}
          onClose={() => setOpenEvent(null)}
          onReplayed={refresh}
        />
      )}
    </Box>
  );
}

function Person({ contact }: CustomerActivity) {
  if (!contact)
    return (
      <Empty title="Not in your audience yet">
        Tillpost adds this customer with their next event, or when you import your customers.
      </Empty>
    );
  return (
    <Box css={{ stack: 'y', gapY: 'large' }}>
      <ContactFacts contact={contact} />
      <BillingFacts billing={contact.billing} />
    </Box>
  );
}

function Emails(customer: CustomerActivity) {
  if (customer.emails.length > 0) return <EmailList emails={customer.emails} />;
  return <Empty title="No emails so far">{whyNothingSent(customer)}</Empty>;
}
