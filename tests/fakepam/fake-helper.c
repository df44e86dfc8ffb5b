/* SPDX-License-Identifier: BSD-3-Clause */
/* In place of jwt-verify: MODE is how it fails. */
#include <sys/socket.h>
#include <unistd.h>

#define DIE 1
#define HANG 2
#define HALF 3

int main(void)
{
    char message[32768];

    if (recv(3, message, sizeof(message), 0) < 0 || recv(3, message, sizeof(message), 0) < 0)
        return 1;
    if (MODE == HALF)
        return send(3, message, 16, MSG_NOSIGNAL) == 16 ? 0 : 1;
    while (MODE == HANG)
        pause();
    return 0;
}
