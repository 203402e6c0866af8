/** What each kind of event says, in words; one that is not known here is shown by its name. */
import type { IWorkspace } from '@openpaas/base';

export interface IFactGroup {
  label: string;
  types: Record<string, string>;
}

type Words = IWorkspace['words'];

export function factGroups({ words }: IWorkspace): IFactGroup[] {
  return [access(words), members(words), sharing(words), files(words), kernels(words)];
}

function access(words: Words): IFactGroup {
  return {
    label: words.__('Access'),
    types: {
      SessionOpened: words.__('logged in'),
      SessionEnded: words.__('was logged out'),
      LoginFailed: words.__('failed to log in'),
      PasswordChanged: words.__('changed a password'),
      TokenCreated: words.__('made a token'),
      TokenRevoked: words.__('revoked a token'),
      LinkCreated: words.__('made a one-time link'),
      LinkUsed: words.__('used a one-time link'),
      DataTaken: words.__('downloaded the own data')
    }
  };
}

function members(words: Words): IFactGroup {
  return {
    label: words.__('Members'),
    types: {
      MemberCreated: words.__('made an account'),
      MemberUpdated: words.__('changed a member'),
      MemberDisabled: words.__('disabled an account'),
      MemberEnabled: words.__('enabled an account'),
      MemberErased: words.__('erased a member'),
      GroupCreated: words.__('made a group'),
      GroupChanged: words.__('changed a group'),
      GroupDeleted: words.__('removed a group')
    }
  };
}

function sharing(words: Words): IFactGroup {
  return {
    label: words.__('Sharing'),
    types: {
      GrantChanged: words.__('gave access'),
      GrantWithdrawn: words.__('took access back'),
      AccessRequested: words.__('asked for access'),
      AccessAnswered: words.__('answered a request'),
      SpaceTakenOver: words.__('took over a space')
    }
  };
}

function files(words: Words): IFactGroup {
  return {
    label: words.__('Spaces and files'),
    types: {
      SpaceCreated: words.__('made a space'),
      SpaceChanged: words.__('changed a space'),
      FolderCreated: words.__('made a folder'),
      FileCreated: words.__('made a file'),
      FileEdited: words.__('edited a file'),
      FileRenamed: words.__('renamed a file'),
      FileMoved: words.__('moved a file'),
      FileReplaced: words.__('replaced a file'),
      FileTrashed: words.__('put into the trash'),
      FileRestored: words.__('brought back from the trash'),
      FilePurged: words.__('deleted for ever'),
      FileRefused: words.__('had a file refused'),
      ObjectMoved: words.__('moved'),
      UploadBegun: words.__('began an upload'),
      UploadCancelled: words.__('cancelled an upload'),
      VersionNamed: words.__('named a version'),
      VersionRestored: words.__('restored a version'),
      Pinned: words.__('pinned'),
      Unpinned: words.__('unpinned')
    }
  };
}

function kernels(words: Words): IFactGroup {
  return {
    label: words.__('Kernels'),
    types: {
      KernelStarted: words.__('started a kernel'),
      KernelEnded: words.__('had a kernel end'),
      CodeRun: words.__('ran code'),
      EgressAsked: words.__('asked for a host'),
      EgressDecided: words.__('decided about a host'),
      EgressRemoved: words.__('took a host off the list'),
      PackagesRemoved: words.__('removed the installed packages'),
      HostReached: words.__('reached a host, or was refused')
    }
  };
}
