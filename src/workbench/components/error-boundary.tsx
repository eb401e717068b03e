import { Component, type ReactNode } from 'react';

interface Props {
  /** What it shows: another one is tried anew. */
  readonly about?: unknown;
  readonly children: ReactNode;
}

interface State {
  readonly error: Error | undefined;
}

/** A view that fails takes only itself down, and says so. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: undefined };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override componentDidUpdate({ about }: Props): void {
    if (about !== this.props.about && this.state.error !== undefined) this.setState({ error: undefined });
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <div className="problem stack-tight" role="alert">
        <p className="problem-title">This view failed</p>
        <p>The service itself is not touched by it. Another view may work; reloading the page starts over.</p>
        <p className="small quiet">
          <code>{error.message}</code>
        </p>
        <p>
          <button
            type="button"
            className="button button-small"
            onClick={() => {
              window.location.reload();
            }}
          >
            Reload
          </button>
        </p>
      </div>
    );
  }
}
