/** JSON of which a test knows the shape. */
export type Json = ReturnType<typeof JSON.parse>;

export interface GraphError {
  message: string;
  path?: (string | number)[];
  extensions: { code: string; requestId: string; provider?: string };
}

export interface GraphAnswer<Data> {
  data?: Data | null;
  errors?: GraphError[];
}
