import { usePage } from '../store-context';

/** No code path of the page sends a picture anywhere; docs/ARCHITECTURE.md says what is fetched. */
export function PrivacyWords() {
  const fetched = usePage(({ project }) => project.document.origin === 'kaggle');
  return (
    <>
      <p>
        Reading, training and predicting all happen in this browser. The page never sends a picture, a file name or a result
        anywhere, and it counts no visits.
      </p>
      <p>
        What it fetches: its own files and VGG-16’s weights, from the server that this page came from.
        {fetched
          ? ' You also asked for example photos: they came to this device from Hugging Face; nothing went there but the request.'
          : ''}
      </p>
      <p>
        What it keeps in this browser: the weights, your settings and the trained head. Pictures are not kept. The menu can forget
        all of it.
      </p>
    </>
  );
}
