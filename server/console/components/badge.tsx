import type { StatusWords } from '../../../shared/words/statuses';

export const Badge = ({ tone, label }: StatusWords) => <span className={`badge badge-${tone}`}>{label}</span>;
