/** Line icons on a 16-pixel grid, drawn here. They are decoration: each has a text beside it. */
const PATHS = {
  overview: 'M2.5 13.5v-5h3v5zM6.5 13.5v-11h3v11zM10.5 13.5V6h3v7.5z',
  events: 'M1.5 8h3l2-5 3 10 2-5h3',
  audience:
    'M6 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM1.5 13.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4M11 3.2a2.5 2.5 0 0 1 0 4.6M12.3 9.9c1.4.6 2.2 1.9 2.2 3.6',
  workflows: 'M2 2.5h4.5v3.5H2zM9.5 10H14v3.5H9.5zM4.25 6v3a2.75 2.75 0 0 0 2.75 2.75h2.5',
  emails: 'M1.5 4a1 1 0 0 1 1-1h11a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1zM2 4.5l6 4.5 6-4.5',
  recovery:
    'M2.5 8a5.5 5.5 0 1 1 1.6 3.9M2 14v-3h3M8 5v6M9.8 6.4C9.4 5.8 8.8 5.6 8 5.6c-2.4 0-2.4 2.2 0 2.4s2.4 2.4 0 2.4c-.8 0-1.4-.2-1.8-.8',
  settings:
    'M2 4.5h6M11.5 4.5H14M2 11.5h2.5M8 11.5h6M9.75 6.25a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.5ZM6.25 13.25a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.5Z',
  external: 'M6.5 3H3v10h10V9.5M9.5 2.5h4v4M13.5 2.5 7.5 8.5',
  back: 'M9.5 3.5 5 8l4.5 4.5',
  next: 'M6.5 3.5 11 8l-4.5 4.5',
  up: 'M8 13V3.5M4 7.5l4-4 4 4',
  down: 'M8 3v9.5M4 8.5l4 4 4-4',
  chevron: 'm6 4 4 4-4 4',
  plus: 'M8 3v10M3 8h10',
  close: 'm4 4 8 8M12 4l-8 8',
  check: 'm3 8.5 3.5 3.5L13 4.5',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.5V8l2.5 1.5',
  filter: 'M2 3.5h12L9.5 9v4L6.5 11.5V9z',
  branch: 'M4 2v12M4 9.5c0-3 8-1.5 8-5M12 4.5a1.2 1.2 0 1 0 0-2.4 1.2 1.2 0 0 0 0 2.4Z',
  person: 'M8 8a2.7 2.7 0 1 0 0-5.4A2.7 2.7 0 0 0 8 8ZM2.8 14c.3-2.7 2.4-4 5.2-4s4.9 1.3 5.2 4',
  exit: 'M6.5 3H3v10h3.5M7 8h6.5M11 5.5 13.5 8 11 10.5',
  bolt: 'M9 1.5 3 9.5h4.5L7 14.5l6-8H8.5z',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.5v3.5M8 5v.2',
  help: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM6.2 6.3c.1-1 .8-1.6 1.8-1.6s1.8.6 1.8 1.5c0 1.3-1.8 1.4-1.8 2.8M8 11.2v.2',
  warning: 'M8 2.5 14.5 13.5h-13zM8 6.5v3M8 11.5v.2',
  download: 'M8 2.5v8M4.8 7.5 8 10.7l3.2-3.2M2.5 13.5h11',
  replay: 'M13 8a5 5 0 1 1-1.6-3.7M13.5 2v3h-3',
} as const;
export type IconName = keyof typeof PATHS;

export function Icon({ name, className = 'icon' }: { name: IconName; className?: string }) {
  return (
    <svg className={className} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** A till receipt that is also a letter: torn at its foot, with an envelope's flap. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path
        className="mark-paper"
        d="M5 6a3 3 0 0 1 3-3h16a3 3 0 0 1 3 3v23l-3.7-2.4-3.6 2.4-3.7-2.4-3.7 2.4-3.6-2.4L5 29z"
      />
      <path className="mark-ink" d="m9.5 9.5 6.5 5 6.5-5M10.5 20.5h7" />
    </svg>
  );
}
