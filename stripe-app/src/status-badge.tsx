import { Badge, type BadgeProps } from '@stripe/ui-extension-sdk/ui';
import type { StatusWords, Tone } from '../../shared/words/statuses';

const TYPES: Record<Tone, NonNullable<BadgeProps['type']>> = {
  good: 'positive',
  bad: 'negative',
  warn: 'warning',
  info: 'info',
  plain: 'neutral',
};

export const StatusBadge = ({ tone, label }: StatusWords) => <Badge type={TYPES[tone]}>{label}</Badge>;
