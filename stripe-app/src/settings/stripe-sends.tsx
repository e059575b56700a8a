import { Banner, Box, Checkbox } from '@stripe/ui-extension-sdk/ui';
import type { WorkflowView } from '../../../shared/api';
import { findDouble, STRIPE_SENDS, type StripeSend } from '../../../shared/stripe-sends';
import { describeDouble, STRIPE_SEND_WORDS, STRIPE_SENDS_WORDS, whereOf } from '../../../shared/words/stripe-sends';
import { readChecked } from '../inputs';
import { Section } from '../states';

/** Asks which emails Stripe sends by itself. */
export function StripeSends({
  chosen,
  disabled,
  onChange,
}: {
  chosen: readonly StripeSend[];
  disabled: boolean;
  /** Gives the change to what is chosen then, as two boxes may be ticked before it is drawn anew. */
  onChange: (change: (chosen: readonly StripeSend[]) => StripeSend[]) => void;
}) {
  return (
    <Section title={STRIPE_SENDS_WORDS.label} description={STRIPE_SENDS_WORDS.hint}>
      {STRIPE_SENDS.map((key) => (
        <Checkbox
          key={key}
          name={`stripe_sends.${key}`}
          label={STRIPE_SEND_WORDS[key].label}
          description={whereOf(key)}
          defaultChecked={chosen.includes(key)}
          disabled={disabled}
          onChange={(event) => {
            const isOn = readChecked(event);
            onChange((current) => STRIPE_SENDS.filter((one) => (one === key ? isOn : current.includes(one))));
          }}
        />
      ))}
    </Section>
  );
}

/** Warns of the workflows that say what Stripe says. */
export function Doubles({
  workflows,
  stripeSends,
}: {
  workflows: readonly WorkflowView[];
  stripeSends: readonly StripeSend[];
}) {
  const doubles = workflows.flatMap((workflow) => {
    const same = workflow.status === 'active' ? findDouble(workflow.definition, stripeSends) : undefined;
    return same ? [{ id: workflow.id, name: workflow.name, same }] : [];
  });
  if (doubles.length === 0) return null;
  return (
    <Box css={{ stack: 'y', gapY: 'small' }}>
      {doubles.map(({ id, name, same }) => (
        <Banner key={id} type="caution" title={`“${name}” is sent twice`} description={describeDouble(same)} />
      ))}
    </Box>
  );
}
