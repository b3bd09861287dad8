import { useMemo, useState } from 'react';
import type { MapMarking } from './map-drawing';
import type { MapPoints } from './map-points';

const none: ReadonlySet<string> = new Set();

/** What is selected on the map, and where its cursor is. Pictures that are gone are not. */
export function useMapChoice(points: MapPoints | null) {
  const [chosen, setChosen] = useState(none);
  const [currentId, setCurrentId] = useState<string | null>(null);
  const [shownPalette, setShownPalette] = useState<number | null>(null);
  const selected = useMemo(
    () => (points === null ? none : new Set([...chosen].filter((id) => points.places.has(id)))),
    [chosen, points],
  );
  const current = (currentId === null ? undefined : points?.places.get(currentId)) ?? null;
  const marking: MapMarking = useMemo(() => ({ selected, current, shownPalette }), [selected, current, shownPalette]);
  const idOf = (at: number): string => points?.samples[at]?.id ?? '';
  const currentSample = current === null ? null : (points?.samples[current] ?? null);
  return {
    marking,
    currentSample,
    shownPalette,
    setShownPalette,
    /** What buttons and keys act on. */
    meant: selected.size > 0 ? [...selected] : currentSample === null ? [] : [currentSample.id],
    select: setChosen,
    clear: () => {
      setChosen(none);
    },
    walkTo: (at: number) => {
      setCurrentId(idOf(at));
    },
    toggle: (at: number) => {
      const next = new Set(selected);
      if (!next.delete(idOf(at))) next.add(idOf(at));
      setChosen(next);
    },
    press: (at: number | null, adds: boolean) => {
      if (at === null) {
        if (!adds) setChosen(none);
        return;
      }
      setCurrentId(idOf(at));
      const next = new Set(adds ? selected : none);
      if (!next.delete(idOf(at))) next.add(idOf(at));
      setChosen(next);
    },
    enclose: (inside: readonly number[], adds: boolean) => {
      setChosen(new Set([...(adds ? selected : none), ...inside.map(idOf)]));
    },
  };
}
