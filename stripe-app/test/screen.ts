/** A view as a person meets it: words to read, things to press. Unlike the kit's own search it looks into fragments. */
import { isRemoteFragment, isRemoteText } from '@remote-ui/core';
import type { RemoteRoot } from '@remote-ui/core';
import { render as draw } from '@remote-ui/react';
import { render } from '@stripe/ui-extension-sdk/testing';
import type { ReactElement } from 'react';

interface Component {
  type: string;
  props: Record<string, unknown>;
  children: unknown[];
}

export interface Screen {
  /** Every word on it. */
  read: () => string;
  all: (type: string) => Component[];
  /** The component of a type whose words, label or title hold `words`. Throws without one. */
  get: (type: string, words?: string) => Component;
  has: (type: string, words?: string) => boolean;
  /** Calls a handler and waits until its promises are settled. */
  act: (type: string, words: string | undefined, handler: string, ...args: unknown[]) => Promise<void>;
  press: (words: string) => Promise<void>;
  toggle: (label: string, checked: boolean) => Promise<void>;
  type: (label: string, value: string) => Promise<void>;
  settle: () => Promise<void>;
}

/** The kit leaves what it drew mounted; the views' timers must end with their test. */
const shown: RemoteRoot[] = [];
afterEach(() => {
  for (const root of shown.splice(0)) draw(null, root);
});

export async function show(view: ReactElement): Promise<Screen> {
  const { wrapper, update } = render(view);
  const root = (wrapper as unknown as { instance: RemoteRoot }).instance;
  shown.push(root);
  const all = () => [...walk(root.children)];
  const find = (type: string, words = '') =>
    all().find((component) => component.type === type && readComponent(component).includes(words));
  const get = (type: string, words?: string) => {
    const found = find(type, words);
    if (!found) throw new Error(`No ${type} with “${words ?? ''}” on:\n${read()}`);
    return found;
  };
  const read = () => all().flatMap(ownWords).join('\n');
  const settle = async () => {
    for (let turn = 0; turn < 5; turn++) await update();
  };
  const act: Screen['act'] = async (type, words, handler, ...args) => {
    const call = get(type, words).props[handler];
    if (typeof call !== 'function') throw new Error(`${type} “${words ?? ''}” has no ${handler}`);
    await wrapper.act(() => (call as (...args: unknown[]) => unknown)(...args));
    await settle();
  };
  await settle();
  return {
    read,
    get,
    act,
    settle,
    all: (type) => all().filter((component) => component.type === type),
    has: (type, words) => find(type, words) !== undefined,
    press: (words) => act(find('Button', words) ? 'Button' : 'Link', words, 'onPress'),
    toggle: (label, checked) =>
      act(find('Switch', label) ? 'Switch' : 'Checkbox', label, 'onChange', { target: { checked } }),
    type: (label, value) =>
      act(find('TextField', label) ? 'TextField' : 'TextArea', label, 'onChange', { target: { value } }),
  };
}

function* walk(nodes: readonly unknown[]): Generator<Component> {
  for (const node of nodes) {
    if (isText(node)) continue;
    const component = node as Component;
    yield component;
    for (const prop of Object.values(component.props)) if (isRemoteFragment(prop)) yield* walk(prop.children);
    yield* walk(component.children);
  }
}

const isText = (node: unknown): node is { text: string } => isRemoteText(node);
const WORDS = ['label', 'title', 'description', 'subtitle', 'secondaryTitle', 'value', 'error', 'statusMessage'];

/** Plain string props, and texts that are the component's own or in its fragments. */
function ownWords({ props, children }: Component): string[] {
  const fragments = Object.values(props).flatMap((prop) => (isRemoteFragment(prop) ? prop.children : []));
  return [
    ...WORDS.map((name) => props[name]).filter((prop): prop is string => typeof prop === 'string'),
    [...fragments, ...children]
      .filter(isText)
      .map(({ text }) => text)
      .join(''),
  ].filter(Boolean);
}

const readComponent = (component: Component): string => [...walk([component])].flatMap(ownWords).join('\n');
