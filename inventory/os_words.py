"""What the operating system answers, in words people read (errno, POSIX.1-2017)."""

import errno

_WORDS = {
    errno.ENOENT: "没有这个文件或目录",
    errno.EACCES: "没有权限",
    errno.EPERM: "不允许这样操作",
    errno.ENOTDIR: "不是目录",
    errno.EISDIR: "是目录，不是文件",
    errno.EEXIST: "已经存在",
    errno.ENOSPC: "磁盘满了",
    errno.EDQUOT: "超过磁盘配额",
    errno.EROFS: "只读，写不进去",
    errno.EIO: "读写出错，磁盘或介质可能坏了",
    errno.EFBIG: "文件太大",
    errno.ENOTEMPTY: "目录不是空的",
    errno.ELOOP: "链接绕成了圈",
    errno.ENAMETOOLONG: "名称太长",
    errno.EBUSY: "正在被使用",
    errno.ENOEXEC: "不是能运行的程序",
    errno.EMFILE: "打开的文件太多",
    errno.ENFILE: "打开的文件太多",
    errno.ENOMEM: "内存不够",
    errno.EADDRINUSE: "端口已被占用",
    errno.EADDRNOTAVAIL: "不是本机的地址",
    errno.ECONNREFUSED: "对方拒绝连接",
    errno.ECONNRESET: "连接被对方中断",
    errno.EPIPE: "连接已断开",
    errno.ENOTCONN: "没有连接",
    errno.ETIMEDOUT: "等不到回答",
    errno.EHOSTUNREACH: "到不了对方主机",
    errno.EHOSTDOWN: "对方主机没有开",
    errno.ENETUNREACH: "到不了对方网络",
    errno.ESTALE: "共享已失效，请重新挂载",
    errno.ENODEV: "没有这个设备",
    errno.ENXIO: "没有这个设备",
}


def cause_of(error: OSError) -> str:
    """Why it did not work: our words where we have some, else the system's own."""
    return _WORDS.get(error.errno or 0) or error.strerror or str(error)
