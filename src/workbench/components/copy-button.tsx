import { useEffect, useState } from 'react';
import { Icon } from './icon.tsx';

/** Copies a text; says so, or that the browser does not allow it. @param what for its name: `Copy ${what}` */
export function CopyButton({ what, text }: { readonly what: string; readonly text: string }) {
  const [said, setSaid] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => {
      setSaid('');
    }, 3000);
    return () => {
      clearTimeout(timer);
    };
  }, [said]);
  return (
    <span className="row">
      <button
        type="button"
        className="button button-small"
        onClick={() => {
          navigator.clipboard.writeText(text).then(
            () => {
              setSaid('Copied');
            },
            () => {
              setSaid('The browser does not allow copying here');
            },
          );
        }}
      >
        <Icon name="copy" />
        Copy {what}
      </button>
      <span className="small quiet" role="status">
        {said}
      </span>
    </span>
  );
}
