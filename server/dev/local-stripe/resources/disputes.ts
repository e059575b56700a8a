import type Stripe from 'stripe';
import { get, listPage, mustFind, post, type Route } from '../route';
import { text } from '../form';
import { wrongState } from '../stripe-error';
import type { Tenant } from '../tenant';

const DAY = 86_400;

export const disputeRoutes: Route[] = [
  get('/v1/disputes', 'dispute_read', (call) => {
    const intent = text(call.params, 'payment_intent');
    const charge = text(call.params, 'charge');
    return listPage(
      call.tenant.disputes,
      call,
      (dispute) =>
        (intent === undefined || dispute.payment_intent === intent) &&
        (charge === undefined || dispute.charge === charge),
    );
  }),
  get('/v1/disputes/:id', 'dispute_read', ({ tenant, id }) => mustFind(tenant.disputes, 'dispute', id)),
  post('/v1/disputes/:id/close', 'dispute_write', ({ tenant, id }) =>
    closeDispute(tenant, mustFind(tenant.disputes, 'dispute', id)),
  ),
];

type OpenStatus = 'needs_response' | 'warning_needs_response';

/** The cardholder disputes the charge; an inquiry is a dispute that took no money yet. */
export function openDispute(tenant: Tenant, charge: Stripe.Charge, reason: string, status: OpenStatus): Stripe.Dispute {
  charge.disputed = true;
  const dispute: Stripe.Dispute = {
    id: tenant.newId('du'),
    object: 'dispute',
    amount: charge.amount,
    balance_transactions: [],
    charge: charge.id,
    created: tenant.now(),
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: noEvidence(),
    evidence_details: {
      due_by: tenant.now() + 9 * DAY,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: status === 'warning_needs_response',
    livemode: tenant.livemode,
    metadata: {},
    payment_intent: charge.payment_intent,
    payment_method_details: {
      type: 'card',
      card: {
        brand: 'visa',
        case_type: status === 'needs_response' ? 'chargeback' : 'inquiry',
        network: 'visa',
        network_reason_code: '10.4',
      },
    },
    reason,
    status,
  };
  tenant.disputes.put(dispute);
  tenant.emit('charge.dispute.created', dispute);
  return dispute;
}

/** The merchant gives in: lost, or for an inquiry closed without a loss. */
export function closeDispute(tenant: Tenant, dispute: Stripe.Dispute): Stripe.Dispute {
  if (!isOpen(dispute)) throw wrongState('This dispute is already closed.');
  dispute.status = dispute.status === 'needs_response' ? 'lost' : 'warning_closed';
  dispute.is_charge_refundable = false;
  tenant.emit('charge.dispute.closed', dispute);
  return dispute;
}

export const isOpen = (dispute: Stripe.Dispute): boolean => dispute.status.endsWith('needs_response');

const noEvidence = (): Stripe.Dispute.Evidence => ({
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: null,
  customer_name: null,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
});
