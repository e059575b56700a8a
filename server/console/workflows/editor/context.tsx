/** What every part of the editor needs to know. */
import { createContext, useContext } from 'react';
import type { Offers } from './offers';
import type { Removed } from './operations';
import type { Problems } from './problems';

export interface EditorState {
  workflowId: string;
  offers: Offers;
  problems: Problems;
  /** The place that gets the keyboard once the page is there. */
  focus: string | null;
  /** Can be put back. */
  removed: Removed | null;
  /** Number of running runs at each step, by step id. */
  runs: Readonly<Record<string, number>>;
  testTo: string;
  /** The account's mailing lists. */
  lists: readonly { id: string; name: string }[];
  /** What came of the test that was asked for. */
  test: { place: string; tone: 'good' | 'bad'; text: string } | null;
  /** Marketing mail has no postal address to show. */
  lacksPostalAddress: boolean;
}

const EditorContext = createContext<EditorState | null>(null);
export const EditorProvider = EditorContext.Provider;

export function useEditor(): EditorState {
  const state = useContext(EditorContext);
  if (!state) throw new Error('rendered outside the editor');
  return state;
}

/** Ids in the page: places with dots would be awkward in selectors. */
export const domId = (place: string): string => place.replaceAll('.', '-');

/** A button that changes the draft: posts the whole form and gets the editor back. */
export function useOperation(): (operation: string) => Record<string, string> {
  const action = useEditAction();
  return (operation) => ({ name: 'operation', value: operation, formAction: action, 'hx-post': action });
}

/** A field that others depend on: a change of it posts the form in the same way. */
export function useRedraw(): Record<string, string> {
  return { 'hx-post': useEditAction(), 'hx-trigger': 'change' };
}

const useEditAction = (): string => `/workflows/${useEditor().workflowId}/edit`;
