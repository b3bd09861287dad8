import { Button, Dialog } from '../primitives';
import { usePage } from '../store-context';
import { formatBytes } from '../words';
import styles from './prose.module.css';

/** The model card: what the weights are, whose, and how they differ from torchvision's. */
export function AboutWeightsDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const report = usePage(({ weights }) => weights.report);
  const other = usePage(({ project }) => project.document.backbone?.title ?? null);
  return (
    <Dialog heading="About the weights" isOpen={isOpen} onOpenChange={onClose} actions={<Button onPress={onClose}>Close</Button>}>
      <div className={styles['prose']}>
        {other === null ? null : (
          <p>
            <b>This project stands on others now: “{other}”.</b> What follows is of those that come with the page.
          </p>
        )}
        <p>
          <b>VGG-16, the convolutional part</b> (configuration D): thirteen 3 × 3 convolutions and five poolings, 14,714,688
          parameters, trained on ImageNet (ILSVRC-2012). Its three fully connected layers are left out: you train a new head in
          their place.
        </p>
        <p>
          The weights are those that the Visual Geometry Group at the University of Oxford published: Karen Simonyan and Andrew
          Zisserman, “Very Deep Convolutional Networks for Large-Scale Image Recognition”, 2014. Licence: Creative Commons
          Attribution 4.0 (CC BY 4.0). Changed since: channels in RGB order, torchvision’s input scaling folded in, kernels
          rounded to float16 (widened to float32 in the browser).
        </p>
        <p>
          <b>They are not torchvision’s.</b> PyTorch’s <code>vgg16(pretrained=True)</code> was trained anew by its authors, so
          features and logits differ from a run of that model, though both behave alike. “Bring a model in…” in the menu fetches
          torchvision’s, or takes weights of your own.
        </p>
        <ul>
          <li>Input: 224 × 224 pixels, RGB. Output: features of 7 × 7 × 512 = 25,088 values.</li>
          <li>Each file’s SHA-256 is checked when it arrives.</li>
          {report === null ? null : (
            <li>
              On this visit: {formatBytes(report.totalBytes)},{' '}
              {report.from === 'cache' ? 'loaded from this browser’s cache' : 'loaded from the server'}
              {report.kept ? '; kept for the next visit.' : '; the browser did not let the page keep them.'}
            </li>
          )}
        </ul>
      </div>
    </Dialog>
  );
}
