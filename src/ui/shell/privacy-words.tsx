import { usePage } from '../store-context';

/** No code path of the page sends a picture anywhere; docs/ARCHITECTURE.md says what is fetched. */
export function PrivacyWords() {
  const asked = usePage(({ askedDatasets }) => askedDatasets);
  return (
    <>
      <p>
        Reading, training and predicting all happen in this browser. The page never sends a picture, a file name or a result
        anywhere, and it counts no visits.
      </p>
      <p>
        What it fetches: its own files and VGG-16’s weights, from the server that this page came from.
        {asked.length > 0
          ? ` You also asked Hugging Face for pictures. What left this device for it: the name ${asked.map((name) => `“${name}”`).join(', ')}, and your network address, as with any request. The pictures came here.`
          : ''}
      </p>
      <p>
        What it keeps in this browser: the weights, your settings and the trained head. Pictures are not kept. The menu can forget
        all of it.
      </p>
    </>
  );
}
