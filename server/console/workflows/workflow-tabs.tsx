/** What all pages of a workflow show. */
import type { WorkflowView } from '../../../shared/api';
import { WORKFLOW_STATUS_WORDS } from '../../../shared/words/statuses';
import { DRAFT_WORDS } from '../../../shared/words/workflows';
import { Badge } from '../components/badge';
import { Tabs } from '../components/blocks';

const PAGES = [
  { name: 'flow', path: '/flow', label: 'Flow' },
  { name: 'editor', path: '', label: 'Steps' },
  { name: 'results', path: '/results', label: 'Results' },
  { name: 'runs', path: '/runs', label: 'Runs' },
] as const;

export const WorkflowTabs = ({ id, current }: { id: string; current: (typeof PAGES)[number]['name'] }) => (
  <Tabs
    label="Workflow"
    tabs={PAGES.map(({ name, path, label }) => ({
      href: `/workflows/${id}${path}`,
      label,
      isCurrent: name === current,
    }))}
  />
);

export const WorkflowBadges = ({ workflow }: { workflow: Pick<WorkflowView, 'status' | 'has_draft'> }) => (
  <>
    <Badge {...WORKFLOW_STATUS_WORDS[workflow.status]} />
    {workflow.has_draft && <Badge tone="info" label={DRAFT_WORDS.label} />}
  </>
);
