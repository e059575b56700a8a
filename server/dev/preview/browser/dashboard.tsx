import type { ReactNode } from 'react';
import { type Choices, MODE_LABELS } from './choices';

const PAGES = ['Home', 'Balances', 'Transactions', 'Customers', 'Product catalog'];

/** A Dashboard-like page around the view: enough of it to judge how the view sits there. */
export function Dashboard({
  choices,
  accountName,
  customerName,
  children,
}: {
  choices: Choices;
  accountName: string;
  customerName: string;
  children: ReactNode;
}) {
  const { viewport, mode } = choices;
  const isSettings = viewport === 'settings';
  const isCustomer = viewport.endsWith('customer.detail');
  return (
    <div className={`dashboard dashboard-${isSettings ? 'settings' : 'drawer'}`}>
      <nav className="rail">
        <strong>{accountName}</strong>
        {PAGES.map((page) => (
          <span key={page} className={page === (isCustomer ? 'Customers' : 'Home') && !isSettings ? 'here' : ''}>
            {page}
          </span>
        ))}
        <span className={isSettings ? 'here' : ''}>Settings</span>
      </nav>
      <div className="page">
        {mode !== 'live' && <div className="mode">{MODE_LABELS[mode]}</div>}
        {isSettings ? (
          <main className="page-settings">{children}</main>
        ) : (
          <div className="page-body">
            <main className="page-under">
              <h2>{isCustomer ? customerName || 'Customer' : 'Home'}</h2>
              {[60, 90, 75, 85, 40].map((width) => (
                <div key={width} className="skeleton" style={{ width: `${width}%` }} />
              ))}
            </main>
            {children}
          </div>
        )}
      </div>
    </div>
  );
}
