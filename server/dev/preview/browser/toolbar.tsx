import { type ReactNode, useState } from 'react';
import type { Customer, Stage } from '../protocol';
import { type Choices, MODE_LABELS, ROLES, VIEWPORTS } from './choices';
import { post } from './dashboard-api';

export function Toolbar({
  stage,
  choices,
  customers,
  onChoose,
  onTriggered,
}: {
  stage: Stage;
  choices: Choices;
  customers: readonly Customer[];
  onChoose: (change: Partial<Choices>) => void;
  onTriggered: () => void;
}) {
  const accounts = Object.fromEntries(stage.accounts.map(({ id, name }) => [id, name]));
  const people = Object.fromEntries(customers.map(({ id, name }) => [id, name]));
  return (
    <div className="toolbar">
      <strong>Preview</strong>
      <Choice
        label="View"
        value={choices.viewport}
        options={VIEWPORTS}
        onChoose={(viewport) => onChoose({ viewport })}
      />
      <Choice
        label="Account"
        value={choices.account}
        options={accounts}
        onChoose={(account) => onChoose({ account })}
      />
      <Choice
        label="Mode"
        value={choices.mode}
        options={MODE_LABELS}
        onChoose={(mode) => onChoose({ mode: mode as Choices['mode'] })}
      />
      <Choice label="Role" value={choices.role} options={ROLES} onChoose={(role) => onChoose({ role })} />
      <Choice
        label="Customer"
        value={choices.customer}
        options={customers.length > 0 ? people : { '': 'None yet' }}
        onChoose={(customer) => onChoose({ customer })}
      />
      <Trigger stage={stage} choices={choices} onTriggered={onTriggered} />
    </div>
  );
}

function Trigger({ stage, choices, onTriggered }: { stage: Stage; choices: Choices; onTriggered: () => void }) {
  const [type, setType] = useState(stage.eventTypes[0]!);
  const [isSending, setSending] = useState(false);
  const send = async () => {
    setSending(true);
    const { account, mode, customer } = choices;
    await post('/trigger', { type, account, livemode: mode === 'live', customer });
    setSending(false);
    onTriggered();
  };
  return (
    <span className="trigger">
      <Choice
        label="Event"
        value={type}
        options={Object.fromEntries(stage.eventTypes.map((name) => [name, name]))}
        onChoose={setType}
      />
      <button type="button" disabled={isSending} onClick={() => void send()}>
        Make it happen
      </button>
    </span>
  );
}

function Choice({
  label,
  value,
  options,
  onChoose,
}: {
  label: string;
  value: string;
  options: Record<string, string>;
  onChoose: (value: string) => void;
}): ReactNode {
  return (
    <label>
      {label}
      <select aria-label={label} value={value} onChange={(event) => onChoose(event.target.value)}>
        {Object.entries(options).map(([key, name]) => (
          <option key={key} value={key}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
