import { emailsOfCharge } from './charge';
import { currency, date, fieldsOf, bool, id, metadata, text, whole } from './fields';
import type { Reading } from './types';

/** A dispute names nobody but its charge; what the merchant typed into the evidence counts last. */
export function readDispute(object: unknown): Reading {
  const dispute = fieldsOf(object);
  const { customerId, email, name } = emailsOfCharge(dispute.charge);
  const evidence = fieldsOf(dispute.evidence);
  const details = fieldsOf(dispute.evidence_details);
  const objectId = id(dispute);
  const chargeId = id(dispute.charge);
  return {
    objectId,
    customerId,
    email,
    name,
    chargeId,
    lastResortEmail: text(evidence.customer_email_address),
    lastResortName: text(evidence.customer_name),
    properties: {
      dispute_id: objectId,
      charge_id: chargeId,
      amount: whole(dispute.amount),
      currency: currency(dispute.currency),
      reason: text(dispute.reason),
      status: text(dispute.status),
      evidence_due_by: date(details.due_by),
      has_evidence: bool(details.has_evidence),
      is_charge_refundable: bool(dispute.is_charge_refundable),
      disputed_at: date(dispute.created),
      metadata: metadata(dispute.metadata),
    },
  };
}
