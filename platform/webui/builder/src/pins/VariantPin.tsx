/** An object of one of several forms: the form is chosen, then its members are filled in. */
import { isObject, withKey } from "@/graph/json";
import { ariaOf, type ControlProps } from "@/pins/control";
import { ObjectPin } from "@/pins/ObjectPin";

export function VariantPin(props: ControlProps) {
  const { field, value, onChange, id, label } = props;
  const { variants, discriminator } = field;
  const given = isObject(value) ? value : undefined;
  const shown = given ?? (isObject(field.default) ? field.default : {});
  const name = shown[discriminator];
  const variant = variants.find((one) => one.value === name) ?? variants[0];
  if (!variant) return null;
  return (
    <div className="variant-pin">
      <select
        {...ariaOf(props)}
        value={variant.value}
        onChange={(event) =>
          onChange(withKey(given ?? {}, discriminator, event.target.value), "click")
        }
      >
        {variants.map((one) => (
          <option key={one.value} value={one.value}>
            {one.title}
          </option>
        ))}
      </select>
      <ObjectPin
        {...props}
        id={`${id}-members`}
        label={label ?? field.title}
        field={{ ...field, schema: variant.schema }}
        leftOut={discriminator}
        value={given}
        onChange={(next, how) =>
          onChange(withKey(isObject(next) ? next : {}, discriminator, variant.value), how)
        }
      />
    </div>
  );
}
