/** The control that asks for a value, without its label. */
import { isArray, isObject, type Json } from "@/graph/json";
import { AnyPin } from "@/pins/AnyPin";
import { ChoicePin } from "@/pins/ChoicePin";
import type { ControlProps } from "@/pins/control";
import { CredentialsPin } from "@/pins/CredentialsPin";
import { DatePin } from "@/pins/DatePin";
import { DictionaryPin } from "@/pins/DictionaryPin";
import type { Control as ControlName } from "@/pins/field";
import { FilePin } from "@/pins/FilePin";
import { JsonPin } from "@/pins/JsonPin";
import { ListPin } from "@/pins/ListPin";
import { NumberPin } from "@/pins/NumberPin";
import { ObjectPin } from "@/pins/ObjectPin";
import { SecretPin } from "@/pins/SecretPin";
import { TablePin } from "@/pins/TablePin";
import { TextPin } from "@/pins/TextPin";
import { TogglePin } from "@/pins/TogglePin";
import { isTable } from "@/pins/values";
import { VariantPin } from "@/pins/VariantPin";

/** Controls that are several elements under one label. */
export const GROUPS: ReadonlySet<ControlName> = new Set<ControlName>([
  "list",
  "dictionary",
  "object",
  "table",
]);

export function Control(props: ControlProps) {
  const { field, value } = props;
  if (!shows(field.control, value)) return <JsonPin {...props} />;
  switch (field.control) {
    case "text":
    case "long-text":
      return <TextPin {...props} />;
    case "number":
    case "integer":
      return <NumberPin {...props} />;
    case "toggle":
      return <TogglePin {...props} />;
    case "choice":
      return <ChoicePin {...props} />;
    case "date":
    case "time":
    case "date-time":
      return <DatePin {...props} />;
    case "file":
      return <FilePin {...props} />;
    case "credentials":
      return <CredentialsPin {...props} />;
    case "table":
      return <TablePin {...props} />;
    case "list":
      return <ListPin {...props} />;
    case "object":
      return <ObjectPin {...props} />;
    case "dictionary":
      return <DictionaryPin {...props} />;
    case "variant":
      return <VariantPin {...props} />;
    case "any":
      return field.secret ? <SecretPin {...props} /> : <AnyPin {...props} />;
    case "json":
      return <JsonPin {...props} />;
  }
}

/** Return whether the control can show the value; what it cannot show is edited as JSON. */
export function shows(control: ControlName, value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  switch (control) {
    case "text":
    case "long-text":
      return typeof value !== "object";
    case "number":
    case "integer":
      return typeof value === "number" || typeof value === "string";
    case "toggle":
      return typeof value === "boolean";
    case "date":
    case "time":
    case "date-time":
    case "file":
      return typeof value === "string";
    case "table":
      return isTable(value);
    case "list":
      return isArray(value);
    case "object":
    case "dictionary":
    case "variant":
      return isObject(value);
    case "choice":
    case "credentials":
    case "any":
    case "json":
      return true;
  }
}
