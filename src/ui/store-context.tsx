import { createContext, useContext, type ReactNode } from 'react';
import { useStore } from 'zustand';
import type { StoreApi } from 'zustand/vanilla';
import type { PageActions, PageState, PageStore } from '../store/state';

const StoreContext = createContext<StoreApi<PageStore> | null>(null);

export function StoreProvider({ store, children }: { readonly store: StoreApi<PageStore>; readonly children: ReactNode }) {
  return <StoreContext value={store}>{children}</StoreContext>;
}

/** The store itself, for what must follow it without rendering: canvases. */
export function usePageStore(): StoreApi<PageStore> {
  const store = useContext(StoreContext);
  if (store === null) throw new Error('A component of the page stands outside StoreProvider.');
  return store;
}

/** A part of the page's state. The selector must give the same reference while nothing changed: memoise derived objects. */
export function usePage<T>(selector: (state: PageState) => T): T {
  return useStore(usePageStore(), selector);
}

/** The actions; their identity never changes. */
export function useActions(): PageActions {
  return useStore(usePageStore(), ({ actions }) => actions);
}
