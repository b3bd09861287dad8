import type { RequestPurpose } from '../../domain/outside-request';
import { Button, Dialog } from '../primitives';
import { usePage } from '../store-context';
import { formatBytes } from '../words';
import { groupRequests, type RequestGroup } from './group-requests';
import styles from './what-left.module.css';

const purposes: Readonly<Record<RequestPurpose, string>> = {
  describe: 'what the dataset holds',
  count: 'how many pictures each class has',
  list: 'where its pictures are',
  picture: 'pictures, fetched from there',
  weights: 'VGG-16’s weights',
  unexplained: 'nothing that this page knows of: please report it',
};

/** Everything that this visit said to any other site, told where it was said; and what a click could make it say. */
export function WhatLeftDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return (
    <Dialog
      heading="What left this device"
      isOpen={isOpen}
      onOpenChange={onClose}
      actions={<Button onPress={onClose}>Close</Button>}
    >
      <div className={styles['words']}>
        <p className={styles['headline']}>
          <b>0 pictures</b>, 0 file names, 0 results.
        </p>
        <p>
          Reading, training and predicting all happen in this browser. No code of the page sends any of them anywhere, and it
          counts no visits.
        </p>
        <Requests />
        <Possible />
        <section>
          <h3>What it keeps in this browser</h3>
          <p>
            Your projects with their pictures, labels, runs and trained heads, what VGG-16 made of the pictures, weights, your
            choices and the page’s own files. The menu tells how much each takes, and can forget all of it.
          </p>
        </section>
      </div>
    </Dialog>
  );
}

/** Of this visit. */
function Requests() {
  const groups = groupRequests(usePage(({ outsideRequests }) => outsideRequests));
  return (
    <section>
      <h3 id="outside-requests">Requests to other sites on this visit</h3>
      {groups.length === 0 ? (
        <p>None. The page asked only the server that it came from, for its own files and the weights.</p>
      ) : (
        <>
          <p>Each told that site your network address, as any request does, and nothing more than is listed here.</p>
          <div className={styles['scroller']} tabIndex={0} role="region" aria-labelledby="outside-requests">
            <table className={styles['table']} aria-labelledby="outside-requests">
              <thead>
                <tr>
                  <th scope="col">Time</th>
                  <th scope="col">Site</th>
                  <th scope="col">What was asked for</th>
                  <th scope="col" className={styles['number']}>
                    Requests
                  </th>
                  <th scope="col" className={styles['number']}>
                    Sent
                  </th>
                </tr>
              </thead>
              <tbody>
                {groups.map((group) => (
                  <RequestRow key={`${group.host} ${group.purpose} ${group.dataset ?? ''}`} group={group} />
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </section>
  );
}

function RequestRow({ group }: { readonly group: RequestGroup }) {
  const { at, until, host, purpose, dataset, count, bytesUp } = group;
  const [first, last] = [formatTime(at), formatTime(until)];
  return (
    <tr data-purpose={purpose}>
      <td>{first === last ? first : `${first}–${last}`}</td>
      <td>{host}</td>
      <td>
        {dataset === null ? '' : `“${dataset}”: `}
        {purposes[purpose]}
      </td>
      <td className={styles['number']}>{count.toLocaleString('en-GB')}</td>
      <td className={styles['number']}>{formatBytes(bytesUp)}</td>
    </tr>
  );
}

function formatTime(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}

/** What a click can cause: the addresses are fixed when the page is built, and its policy stops the browser from asking any other. */
function Possible() {
  const { weights, datasetsServer, modelHub } = usePage(({ addresses }) => addresses);
  const home = new URL(weights).origin === location.origin;
  return (
    <section>
      <h3>What a click of yours can ask for</h3>
      <ul>
        <li>
          <b>{new URL(datasetsServer).host}</b>: pictures of a public dataset, when you press “From Hugging Face” or “Get 500 cats
          and dogs” and say yes. The dataset’s name is all that is sent.
        </li>
        <li>
          <b>{new URL(modelHub).host}</b>, and where it keeps its files: torchvision’s weights of VGG-16, when you press “Fetch”.
          Which file and which part of it is all that is sent.
        </li>
        {home ? null : (
          <li>
            <b>{new URL(weights).host}</b>: VGG-16’s weights, by itself at the first visit. Nothing is sent.
          </li>
        )}
      </ul>
      <p>That is all: the browser itself refuses this page a request to any other site.</p>
    </section>
  );
}
