import { createContext, type ReactNode, useContext } from 'react';

const Act = createContext<((id: string) => void) | undefined>(undefined);

export const List = ({ onAction, children }: { onAction?: (id: string) => void; children: ReactNode }) => (
  <Act.Provider value={onAction}>
    <ul className="list">{children}</ul>
  </Act.Provider>
);

export function ListItem({
  id = '',
  title,
  secondaryTitle,
  value,
}: {
  id?: string;
  title?: ReactNode;
  secondaryTitle?: ReactNode;
  value?: ReactNode;
}) {
  const act = useContext(Act);
  const contents = (
    <>
      <div className="list-words">
        <div className="list-title">{title}</div>
        <div className="list-secondary">{secondaryTitle}</div>
      </div>
      <div>{value}</div>
    </>
  );
  return (
    <li>
      {act ? (
        <button type="button" className="list-item" onClick={() => act(id)}>
          {contents}
        </button>
      ) : (
        <div className="list-item">{contents}</div>
      )}
    </li>
  );
}

export const PropertyList = ({ orientation = 'vertical', children }: { orientation?: string; children: ReactNode }) => (
  <dl className={`properties properties-${orientation}`}>{children}</dl>
);

export const PropertyListItem = ({ label, value }: { label: ReactNode; value?: ReactNode }) => (
  <div>
    <dt>{label}</dt>
    <dd>{value}</dd>
  </div>
);

export interface Task {
  title: string;
  status?: 'not-started' | 'in-progress' | 'blocked' | 'complete';
  onPress?: (event: { type: 'press' }) => void;
}

export const TaskList = ({ children }: { children: ReactNode }) => <ol className="tasks">{children}</ol>;

export const TaskListItem = ({ title, status = 'not-started', onPress }: Task) => (
  <li>
    <button
      type="button"
      className={`task task-${status}`}
      disabled={!onPress}
      onClick={() => onPress?.({ type: 'press' })}
    >
      <span className="task-mark" role="img" aria-label={status} />
      {title}
    </button>
  </li>
);
