/** The commands of files, by what they do. */
export const commands = {
  newSpace: 'openpaas:new-space',
  shared: 'openpaas:shared-with-me',
  trash: 'openpaas:trash',
  uploadFiles: 'openpaas:upload-files',
  uploadFolder: 'openpaas:upload-folder',
  zip: 'openpaas:download',
  moveTo: 'openpaas:move-to'
} as const;
