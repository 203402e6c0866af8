/** What is stored of me: to take along, or to have erased. */
import { URLExt } from '@jupyterlab/coreutils';
import { API_ROOT } from '@openpaas/api';
import { downloadIcon, useWorkspace } from '@openpaas/base';

export function MyData(): JSX.Element {
  const { settings, words } = useWorkspace();
  return (
    <>
      <p>{words.__('Download all that this workspace keeps of you, as one zip file:')}</p>
      <ul className="opw-Bullets">
        <li>{words.__('your profile and photo,')}</li>
        <li>{words.__('your open sessions, and your tokens without their secrets,')}</li>
        <li>{words.__('what was shared with you, and what you shared,')}</li>
        <li>{words.__('what the event log says of you,')}</li>
        <li>{words.__('“My files”, list and content.')}</li>
      </ul>
      <div>
        <a className="opw-Button opw-tone-primary" href={URLExt.join(settings.baseUrl, API_ROOT, 'me/data')} download="my-data.zip">
          <downloadIcon.react tag="span" className="opw-Button-icon" width="16px" height="16px" aria-hidden />
          {words.__('Download my data')}
        </a>
      </div>
      <p className="opw-muted">{words.__('Up to five times a day. The event log notes each download.')}</p>
      <div className="opw-Card opw-Rule">
        <h3>{words.__('To be erased')}</h3>
        <p>
          {words.__(
            'An administrator can erase your account: name, address, photo and access go for good. What you wrote in shared files stays there, signed “Former member”. Your own files go to a colleague or to the trash, as you agree with the administrator.'
          )}
        </p>
      </div>
    </>
  );
}
