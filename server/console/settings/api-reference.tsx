/** The API's reference, drawn from its OpenAPI document. Needs no session: it says nothing of any account. */
import { Fragment } from 'react';
import type { Document } from '../../api/openapi';
import { OPENAPI_PATH } from '../../api/openapi-routes';
import { LinkButton, PageHead } from '../components/blocks';
import { Plain } from '../layout';

/** Of the document only what is drawn. */
interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema: Schema }[];
  requestBody?: { content: { 'application/json': { schema: Schema } } };
  responses: Record<string, { description: string; content: { 'application/json': { schema: Schema } } }>;
}

interface Schema {
  $ref?: string;
  description?: string;
  type?: string | string[];
  enum?: unknown[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
}

interface Entry extends Operation {
  method: string;
  path: string;
}

export function ApiReferencePage({ document }: { document: Document }) {
  const server = document.servers?.[0]?.url ?? '';
  const entries: Entry[] = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(([method, operation]) => ({ ...operation, method, path })),
  );
  const objects = Object.entries((document.components?.schemas ?? {}) as Record<string, Schema>);
  const tags = (document.tags ?? []).map(({ name, description }) => ({
    name,
    description,
    entries: entries.filter((entry) => entry.tags.includes(name)),
  }));
  return (
    <Plain title="API reference">
      <div className="reference">
        <PageHead
          title="API reference"
          lead={document.info.description}
          actions={<LinkButton href={OPENAPI_PATH}>OpenAPI document</LinkButton>}
        />
        <nav className="reference-nav" aria-label="Routes">
          {tags.map(({ name, entries: own }) => (
            <div key={name}>
              <h2>{name}</h2>
              <ul>
                {own.map(({ operationId, summary }) => (
                  <li key={operationId}>
                    <a href={`#${operationId}`}>{summary}</a>
                  </li>
                ))}
              </ul>
            </div>
          ))}
          <div>
            <h2>Objects</h2>
            <ul>
              {objects.map(([name]) => (
                <li key={name}>
                  <a href={`#${objectId(name)}`}>{name}</a>
                </li>
              ))}
            </ul>
          </div>
        </nav>
        {tags.map(({ name, description, entries: own }) => (
          <section key={name} aria-label={name}>
            <h2 className="reference-tag">{name}</h2>
            <p className="hint">{description}</p>
            {own.map((entry) => (
              <Route key={entry.operationId} entry={entry} server={server} />
            ))}
          </section>
        ))}
        <section aria-label="Objects">
          <h2 className="reference-tag">Objects</h2>
          <p className="hint">What the answers hold. Times are ISO 8601, amounts of money in minor units.</p>
          {objects.map(([name, schema]) => (
            <article key={name} className="card reference-route" id={objectId(name)}>
              <h3>{name}</h3>
              <Shape title={name} schema={schema} isTitleHidden />
            </article>
          ))}
        </section>
      </div>
    </Plain>
  );
}

function Route({ entry, server }: { entry: Entry; server: string }) {
  const { operationId, method, path, summary, description, parameters = [], requestBody, responses } = entry;
  const body = requestBody?.content['application/json'].schema;
  const { 200: answer, ...refusals } = responses;
  return (
    <article className="card reference-route" id={operationId}>
      <h3>{summary}</h3>
      <p className="reference-path">
        <span className={`reference-method reference-${method}`}>{method.toUpperCase()}</span> <code>{path}</code>
      </p>
      {description && <p>{description}</p>}
      {parameters.length > 0 && (
        <>
          <h4>Parameters</h4>
          <dl className="reference-fields">
            {parameters.map(({ name, in: place, required, description: words, schema }) => (
              <div key={name}>
                <dt>
                  <code>{name}</code>
                </dt>
                <dd>
                  <code>{typeText(schema)}</code>
                  {required ? ', required' : ''}
                  {place === 'query' ? '' : `, in the ${place}`}
                  {words && <span className="hint"> {words}</span>}
                </dd>
              </div>
            ))}
          </dl>
        </>
      )}
      {body && <Shape title="Body" schema={body} />}
      {answer && <Shape title="Answer" schema={answer.content['application/json'].schema} />}
      <h4>Refusals</h4>
      <dl className="reference-fields">
        {Object.entries(refusals).map(([status, { description: words }]) => (
          <div key={status}>
            <dt>{status}</dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      <h4>Example</h4>
      <pre tabIndex={0} aria-label={`Example: ${summary}`}>
        {exampleOf(entry, server)}
      </pre>
    </article>
  );
}

function Shape({ title, schema, isTitleHidden }: { title: string; schema: Schema; isTitleHidden?: boolean }) {
  const named = objectsIn(schema);
  return (
    <>
      {!isTitleHidden && <h4>{title}</h4>}
      <pre tabIndex={0} aria-label={title}>
        {typeText(schema)}
      </pre>
      {named.length > 0 && (
        <p className="hint">
          {named.map((name, n) => (
            <Fragment key={name}>
              {n > 0 && ', '}
              <a href={`#${objectId(name)}`}>{name}</a>
            </Fragment>
          ))}
          {named.length === 1 ? ' is an object' : ' are objects'} described below.
        </p>
      )}
    </>
  );
}

const objectId = (name: string): string => `object-${name}`;
const nameOfRef = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1);

/** The objects that a schema names. */
const objectsIn = (schema: Schema): string[] => [
  ...new Set([...JSON.stringify(schema).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref = '']) => nameOfRef(ref))),
];

/** As TypeScript would write it. */
function typeText(schema: Schema, indent = ''): string {
  if (schema.$ref) return nameOfRef(schema.$ref);
  // Beside fields they only say which of these must be there.
  const choices = schema.properties ? undefined : (schema.anyOf ?? schema.oneOf);
  if (choices) return choices.map((one) => typeText(one, indent)).join(' | ');
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const types = [schema.type ?? 'unknown'].flat();
  return types.map((type) => oneType(type, schema, indent)).join(' | ');
}

function oneType(type: string, schema: Schema, indent: string): string {
  if (type === 'integer') return 'number';
  if (type === 'array') {
    const item = typeText(schema.items ?? {}, indent);
    return item.includes(' | ') && !item.startsWith('{') ? `(${item})[]` : `${item}[]`;
  }
  if (type !== 'object') return type;
  const { properties = {}, required = [], additionalProperties } = schema;
  const deeper = `${indent}  `;
  const lines = Object.entries(properties).map(([name, one]) =>
    withWords(`${deeper}${nameText(name)}${required.includes(name) ? '' : '?'}: ${typeText(one, deeper)}`, one, deeper),
  );
  if (additionalProperties) {
    const others = additionalProperties === true ? {} : additionalProperties;
    lines.push(`${deeper}[name: string]: ${typeText(others, deeper)}`);
  }
  return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${indent}}`;
}

/** Characters that fit beside each other. */
const LINE = 96;

/** Behind it, or above where they would not fit. */
function withWords(line: string, { description }: Schema, indent: string): string {
  if (!description) return line;
  const last = line.slice(line.lastIndexOf('\n') + 1);
  return last.length + description.length + 5 > LINE
    ? `${indent}// ${description}\n${line}`
    : `${line}  // ${description}`;
}

const nameText = (name: string): string => (/^\w+$/.test(name) ? name : JSON.stringify(name));

function exampleOf({ method, path, parameters = [], requestBody }: Entry, server: string): string {
  const query = parameters.some(({ name }) => name === 'email') ? '?email=jenny@example.com' : '';
  const lines = [`curl ${method === 'get' ? '' : `-X ${method.toUpperCase()} `}"${server}${path}${query}"`];
  lines.push('  -H "Authorization: Bearer $TILLPOST_API_KEY"');
  const schema = requestBody?.content['application/json'].schema;
  const names = schema ? (schema.required ?? Object.keys(schema.properties ?? {}).slice(0, 1)) : [];
  if (schema) {
    const body = Object.fromEntries(names.map((name) => [name, sampleOf(name, schema.properties?.[name] ?? {})]));
    lines.push('  -H "Content-Type: application/json"', `  -d '${JSON.stringify(body)}'`);
  }
  return lines.join(' \\\n');
}

function sampleOf(name: string, { enum: values }: Schema): unknown {
  if (values) return values[0];
  const known: Record<string, string> = {
    email: 'jenny@example.com',
    transactionalId: 'tem_…',
    eventName: 'signup',
    name: 'planName',
  };
  return known[name] ?? name;
}
