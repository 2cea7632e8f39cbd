/** An object whose members are known: one field for each. Members that nobody declared stay. */
import { isObject, withKey } from "@/graph/json";
import { groupOf, type ControlProps } from "@/pins/control";
import { fieldOf, fieldsOf, type Field } from "@/pins/field";
import { PinField } from "@/pins/PinField";
import { shownMisfitOf } from "@/pins/problem";

export function ObjectPin(props: ControlProps & { readonly leftOut?: string }) {
  const { field, value, onChange, id, disabled, leftOut } = props;
  const members = isObject(value) ? value : {};
  const declared = fieldsOf(field.schema).filter((one) => one.name !== leftOut && !one.hidden);
  const known = new Set([...declared.map((one) => one.name), leftOut]);
  const others = Object.keys(members)
    .filter((name) => !known.has(name))
    .map((name): Field => ({ ...fieldOf(name, { part: {}, root: {} }), title: name }));
  return (
    <div {...groupOf(props)} className="object-pin" id={id}>
      {[...declared, ...others].map((member) => (
        <PinField
          key={member.name}
          id={`${id}-${member.name}`}
          field={member}
          value={members[member.name]}
          problem={shownMisfitOf(member, members[member.name])}
          disabled={disabled}
          onChange={(next, how) => {
            const changed = withKey(members, member.name, next);
            onChange(Object.keys(changed).length === 0 ? undefined : changed, how);
          }}
        />
      ))}
    </div>
  );
}
