/** The menu of merge tags: what this trigger's events and a contact offer. A press puts one where the cursor was. */
import { entryOf, offersPayUrl, type Property } from '../../../../shared/catalogue';
import { PAY_URL_WORDS } from '../../../../shared/words/pay';
import { nameProperty } from '../../../../shared/words/workflows';
import { buttonClass } from '../../components/form';
import { Icon } from '../../components/icon';
import { useEditor } from './context';

/**
 * Stands once on a page, for it is long: the email editor puts a menu of it into each email. Without a script it is a list
 * to copy from.
 */
export function MergeTags() {
  const { trigger, event, contact } = useEditor().offers;
  return (
    <details className="menu" data-merge-tags="">
      <summary className={buttonClass()}>
        <Icon name="plus" /> Merge tag
      </summary>
      <div className="menu-list">
        {offersPayUrl(trigger) && (
          <>
            <h4>{PAY_URL_WORDS.title}</h4>
            <button type="button" data-insert={PAY_URL_WORDS.insert} data-path="pay_url">
              <strong>{PAY_URL_WORDS.label}</strong> <code>{'{{ pay_url }}'}</code>
              <small>{PAY_URL_WORDS.description}</small>
            </button>
          </>
        )}
        <TagGroup title="Contact" root="contact" properties={contact} />
        <TagGroup
          title={entryOf(trigger).label}
          root="event"
          properties={event.filter(({ name }) => !name.startsWith('changed.'))}
        />
      </div>
    </details>
  );
}

const TagGroup = ({
  title,
  root,
  properties,
}: {
  title: string;
  root: 'contact' | 'event';
  properties: readonly Property[];
}) => (
  <>
    {properties.length > 0 && <h4>{title}</h4>}
    {properties.map((property) => {
      const tag = mergeTag(root, property, properties);
      return (
        <button key={property.name} type="button" data-insert={tag} data-path={`${root}.${property.name}`}>
          <strong>{nameProperty(property.name)}</strong> <code>{tag}</code>
          <small>{property.description}</small>
        </button>
      );
    })}
  </>
);

/** The tag as it is best used: money with its currency, dates written out, names with a word for when they are missing. */
function mergeTag(root: 'contact' | 'event', { name, type }: Property, siblings: readonly Property[]): string {
  const [, part, field = ''] = /^(was|is)\.(.+)$/.exec(name) ?? [];
  // A key with a dot.
  const path = field.includes('.') ? `${root}.${part}["${field}"]` : `${root}.${name}`;
  if (part && type === 'money')
    return `{{ ${path} | money: contact.${field === 'ltv' ? 'ltv_currency' : 'currency'} }}`;
  if (type === 'money' && siblings.some((property) => property.name === 'currency'))
    return `{{ ${path} | money: ${root}.currency }}`;
  if (type === 'date') return `{{ ${path} | date }}`;
  if (type === 'metadata') return `{{ ${path}.your_key }}`;
  if (name === 'first_name') return `{{ ${path} | default: "there" }}`;
  return `{{ ${path} }}`;
}
