import { type FormEvent, type ReactNode, useRef } from 'react';
import { Button } from './actions';
import { Spinner } from './feedback';
import { type Task, TaskList, TaskListItem } from './lists';

interface Brand {
  brandColor?: string;
  brandIcon?: string;
}

const AppHead = ({ brandColor, brandIcon }: Brand) => (
  <header className="app-head">
    {brandIcon && <img src={brandIcon} alt="" style={{ background: brandColor }} />}
    <span>Tillpost</span>
  </header>
);

export function ContextView({
  title,
  description,
  actions,
  banner,
  children,
  ...brand
}: Brand & {
  title: string;
  description?: string;
  actions?: ReactNode;
  banner?: ReactNode;
  children: ReactNode;
}) {
  return (
    <aside className="drawer" aria-label="Tillpost">
      <AppHead {...brand} />
      <div className="drawer-title">
        <h1>{title}</h1>
        {description && <p>{description}</p>}
      </div>
      {actions && <div className="drawer-actions">{actions}</div>}
      {banner}
      {children}
    </aside>
  );
}

export function SignInView({
  description,
  primaryAction,
  footerContent,
  ...brand
}: Brand & {
  description?: string;
  primaryAction?: { label: string; href?: string; target?: string; onPress?: () => void };
  footerContent?: ReactNode;
}) {
  return (
    <aside className="drawer sign-in" aria-label="Tillpost">
      <AppHead {...brand} />
      <p className="sign-in-words">{description}</p>
      <footer>
        {primaryAction && (
          <Button type="primary" {...primaryAction}>
            {primaryAction.label}
          </Button>
        )}
        {footerContent}
      </footer>
    </aside>
  );
}

export function FocusView({
  title,
  shown = true,
  setShown,
  primaryAction,
  secondaryAction,
  children,
}: {
  title: string;
  shown?: boolean;
  setShown?: (shown: boolean) => void;
  primaryAction?: ReactNode;
  secondaryAction?: ReactNode;
  children: ReactNode;
}) {
  if (!shown) return null;
  return (
    <div className="focus-shade">
      <div className="focus" role="dialog" aria-label={title}>
        <header>
          <h1>{title}</h1>
          <button type="button" className="link" aria-label="Close" onClick={() => setShown?.(false)}>
            ✕
          </button>
        </header>
        <div className="focus-body">{children}</div>
        <footer>
          {secondaryAction}
          {primaryAction}
        </footer>
      </div>
    </div>
  );
}

export function SettingsView({
  onSave,
  statusMessage,
  children,
}: {
  onSave?: (values: Record<string, string>) => void;
  statusMessage?: string;
  children: ReactNode;
}) {
  const form = useRef<HTMLFormElement>(null);
  const save = (event: FormEvent) => {
    event.preventDefault();
    const values = [...new FormData(form.current!)].map(([name, value]) => [
      name,
      typeof value === 'string' ? value : value.name,
    ]);
    onSave?.(Object.fromEntries(values) as Record<string, string>);
  };
  return (
    <form ref={form} className="settings" onSubmit={save}>
      <header className="settings-head">
        <div>
          <img src="/icon.png" alt="" />
          <h1>Tillpost</h1>
        </div>
        <div>
          <span role="status">{statusMessage}</span>
          {onSave && (
            <button type="submit" className="button button-primary button-medium">
              Save
            </button>
          )}
        </div>
      </header>
      {children}
    </form>
  );
}

export function OnboardingView({
  title,
  description,
  tasks,
  completed,
  pending,
  error,
  children,
}: {
  title: string;
  description?: string;
  tasks: Task[];
  completed: boolean;
  pending?: boolean;
  error?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="onboarding-shade">
      <div className="onboarding" role="dialog" aria-label={title}>
        <nav>
          <img src="/icon.png" alt="" />
          <h1>{title}</h1>
          {description && <p>{description}</p>}
          <TaskList>
            {tasks.map((task) => (
              <TaskListItem key={task.title} {...task} />
            ))}
          </TaskList>
          {completed && <p className="onboarding-done">All set. The Dashboard closes this window now.</p>}
        </nav>
        <main>
          {error}
          {pending ? <Spinner size="large" /> : children}
        </main>
      </div>
    </div>
  );
}
