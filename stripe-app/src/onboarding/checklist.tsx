import { TaskList, TaskListItem } from '@stripe/ui-extension-sdk/ui';
import { navigateToDashboardRoute } from '@stripe/ui-extension-sdk/navigation';
import type { Overview } from '../../../shared/api';
import { isComplete } from '../../../shared/words/setup';
import { Section } from '../states';
import { listTasks } from './setup';

/** What is left to set up; gone once everything is. Each task leads to the onboarding view. */
export function Checklist({ overview }: { overview: Overview }) {
  if (isComplete(overview.setup)) return null;
  return (
    <Section title="Finish setting up">
      <TaskList>
        {listTasks(overview).map((task) => (
          <TaskListItem
            key={task.key}
            title={task.title}
            status={task.status}
            onPress={() => navigateToDashboardRoute({ name: 'onboarding' })}
          />
        ))}
      </TaskList>
    </Section>
  );
}
