/** What is behind the link that asks an address for its word. Opening it changes nothing: link scanners open links too. */
import { buttonClass } from '../components/form';
import { Plain } from '../layout';

export interface ConfirmAddressPageProps {
  address: string;
  accountId: string;
  isConfirmed: boolean;
}

export const ConfirmAddressPage = ({ address, accountId, isConfirmed }: ConfirmAddressPageProps) => (
  <Plain title={isConfirmed ? 'Confirmed' : 'Test emails'} hasHomeLink={false}>
    <div className="narrow">
      <h1>{isConfirmed ? 'Confirmed' : 'Get test emails?'}</h1>
      <p className="lead">
        <strong>{address}</strong> {isConfirmed ? 'may now' : 'will'} get test emails of the Stripe account{' '}
        <code>{accountId}</code>.{isConfirmed && ' You can close this page and send the test again.'}
      </p>
      {!isConfirmed && (
        <form method="post">
          <button className={buttonClass('primary')}>Yes, send them here</button>
        </form>
      )}
    </div>
  </Plain>
);
