/** A member in short: face, name, unit, whether here. */
import { Face, Skeleton, usePerson, useWorkspace, type IMember } from '@openpaas/base';
import * as React from 'react';

export function Card({ id }: { id: string }): JSX.Element {
  const { directory, presence, words } = useWorkspace();
  const [, again] = React.useReducer((count: number) => count + 1, 0);
  const [ready, setReady] = React.useState(false);
  React.useEffect(() => {
    presence.changed.connect(again);
    void directory.ready().then(() => setReady(true));
    return () => void presence.changed.disconnect(again);
  }, [directory, presence]);
  const person = usePerson(id) as IMember | undefined;
  if (person === undefined) {
    return ready ? <p>{words.__('There is no such member.')}</p> : <Skeleton rows={2} />;
  }
  const state = presence.state(id);
  const here = { active: words.__('Here now'), away: words.__('Away') };
  return (
    <div className="opw-MemberCard">
      <Face person={person} present={state !== undefined} size="large" label="" />
      <div>
        <h2>{person.display_name}</h2>
        {person.unit !== '' && <p>{person.unit}</p>}
        {!person.erased && <p className="opw-muted">@{person.username}</p>}
        <p className="opw-MemberCard-state">
          {state !== undefined && <span className="opw-Tag">{here[state]}</span>}
          {person.administrator && <span className="opw-Tag">{words.__('Administrator')}</span>}
          {person.disabled && !person.erased && <span className="opw-Tag">{words.__('Disabled')}</span>}
        </p>
      </div>
    </div>
  );
}
