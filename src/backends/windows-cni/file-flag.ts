// The flag that names the CNI config file.

export const FILE_FLAG = "cni-config";
