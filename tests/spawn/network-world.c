/* SPDX-License-Identifier: BSD-3-Clause */
#include "network-world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../sys/sandbox.h"

char network_named[] = "/tmp/pam_jwt-named.XXXXXX", network_other[] = "/tmp/pam_jwt-other.XXXXXX";
struct sockaddr_in network_listening = {.sin_family = AF_INET};

bool network_seal(void)
{
    const struct sandbox_network network = {SANDBOX_UNPRIVILEGED, 5, FILE_MAX, network_named};
    struct sandbox_result result;

    return sandbox_enter_network(&network, &result);
}

int network_run_sealed(int (*act)(void))
{
    int status, file = memfd_create("test", MFD_CLOEXEC);
    pid_t pid = fork();

    if (pid == 0) {
        if (dup2(file, OPENED) != OPENED || close_range(OPENED + 1, ~0U, 0) != 0 || !network_seal())
            _exit(NOT_SEALED);
        _exit(act());
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    close(file);
    return status;
}

int network_make_world(void **state)
{
    socklen_t len = sizeof(network_listening);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int files[] = {mkstemp(network_named), mkstemp(network_other)};

    (void)state;
    for (size_t i = 0; i < 2; i++)
        if (files[i] < 0 || fchmod(files[i], 0644) != 0 || close(files[i]) != 0)
            return -1;
    network_listening.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return bind(fd, (const struct sockaddr *)&network_listening, len) == 0 && listen(fd, 1) == 0 &&
                   getsockname(fd, (struct sockaddr *)&network_listening, &len) == 0
               ? 0
               : -1;
}

int network_remove_world(void **state)
{
    (void)state;
    return unlink(network_named) == 0 && unlink(network_other) == 0 ? 0 : -1;
}
