/** The active workflows that dates trigger. Pure. */
import { isScheduleType } from '../../shared/schedules';
import { definitionOf } from '../workflows/definitions';
import type { LiveWorkflow } from '../workflows/live-workflows';
import type { Scheduled } from './plan';

export function scheduledOf(workflows: readonly LiveWorkflow[]): Scheduled[] {
  return workflows.flatMap((workflow) => {
    const { event, days, ...trigger } = definitionOf(workflow).trigger;
    if (workflow.status !== 'active' || !isScheduleType(event) || days === undefined) return [];
    const conditions = trigger.conditions.filter(({ property }) => !property.startsWith('contact.'));
    return [{ workflowId: workflow.id, type: event, days, activatedAt: workflow.activated_at ?? 0, conditions }];
  });
}
