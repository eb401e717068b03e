import type { ReactNode } from 'react';
import Markdown, { type ExtraProps } from 'react-markdown';

/**
 * Text of a card as Markdown. It becomes elements, never HTML: markup in it is shown as text, a link leads to the web or
 * nowhere, and a picture, which would call another host, is its description.
 */
export function MarkdownText({ text }: { readonly text: string }) {
  return (
    <div className="prose">
      <Markdown
        components={{
          a: ({ href, children }) => <SafeLink url={href}>{children}</SafeLink>,
          // A paragraph that is all bold is a heading by another name.
          p: ({ node, children }) => (
            <p className={isHeading(node) ? 'prose-heading' : undefined}>{children}</p>
          ),
          img: ({ alt }) => <>{alt}</>,
          // Headings of a card stand below the card's own.
          h1: 'h4',
          h2: 'h4',
          h3: 'h4',
          h5: 'h4',
          h6: 'h4',
        }}
      >
        {text}
      </Markdown>
    </div>
  );
}

/** @param paragraph of hast, the tree that the Markdown was read to */
const isHeading = (paragraph: ExtraProps['node']): boolean => {
  const [only, ...others] = paragraph?.children ?? [];
  return others.length === 0 && only?.type === 'element' && only.tagName === 'strong';
};

/** A link that somebody else wrote: to http and https alone, in a tab that cannot reach this one. */
export function SafeLink({
  url,
  children,
}: {
  readonly url: string | undefined;
  readonly children: ReactNode;
}) {
  if (url === undefined || !isOfTheWeb(url)) return <>{children}</>;
  return (
    <a href={url} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

const isOfTheWeb = (url: string): boolean => ['http:', 'https:'].includes(URL.parse(url)?.protocol ?? '');
