import type { ReactNode } from 'react';

export const Badge = ({ type = 'neutral', children }: { type?: string; children: ReactNode }) => (
  <span className={`badge badge-${type}`}>{children}</span>
);

export function Banner({
  type = 'default',
  title,
  description,
  actions,
}: {
  type?: string;
  title?: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className={`banner banner-${type}`} role={type === 'critical' ? 'alert' : 'status'}>
      <strong>{title}</strong>
      {description && <p>{description}</p>}
      {actions && <div className="banner-actions">{actions}</div>}
    </div>
  );
}

export const Spinner = ({ size = 'medium' }: { size?: string }) => (
  <span className={`spinner spinner-${size}`} role="progressbar" aria-label="Loading" />
);

const WIDTH = 360;
const HEIGHT = 48;

export function Sparkline({ data, x, y }: { data: Record<string, string | number>[]; x: string; y: string }) {
  const most = Math.max(1, ...data.map((point) => Number(point[y])));
  const at = (index: number, value: number) =>
    [(index / Math.max(1, data.length - 1)) * WIDTH, HEIGHT - 2 - (value / most) * (HEIGHT - 4)] as const;
  const line = data.map((point, index) => at(index, Number(point[y])).join(',')).join(' ');
  return (
    <svg className="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={y}>
      <polygon points={`0,${HEIGHT} ${line} ${WIDTH},${HEIGHT}`} />
      <polyline points={line} />
      {data.map((point, index) => (
        <rect key={index} x={(index / data.length) * WIDTH} y="0" width={WIDTH / data.length} height={HEIGHT}>
          <title>{`${point[x]}: ${point[y]}`}</title>
        </rect>
      ))}
    </svg>
  );
}
