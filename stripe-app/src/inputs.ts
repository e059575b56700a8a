/** Reads the Dashboard's change events: plain copies of what happened, whose target holds only value and checked. */
interface Changed {
  target: unknown;
}

export const readText = (event: Changed): string => (event.target as { value: string }).value;
export const readChecked = (event: Changed): boolean => (event.target as { checked: boolean }).checked;
