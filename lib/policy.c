/* SPDX-License-Identifier: BSD-3-Clause */
#include "policy.h"
