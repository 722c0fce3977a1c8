"""What the shape doctor says: sizes that do not fit or do not divide, and the changes with which they do."""

TEXTS = {
    "size.kernel_too_large": "{layer}: a {kernel:size} kernel does not fit what reaches it, {size:size}: {walk:walk} -{layer}-> ?\n"
    "{advice:text}{fixes:each}.",
    "size.does_not_divide": "{layer}: {kernel:size} windows at a stride of {stride:size} do not end at the last pixel of what reaches it, "
    "{size:size}, and strict=True asks for that (rows left over: {rows}, columns: {columns}): {walk:walk} -{layer}-> ?\n{advice:text}{fixes:each}.",
    "fix.whole": "Each of these fits through the whole model: ",
    "fix.so_far": "Each of these fits through all layers so far: ",
    "fix.divides": "With each of these every stride of the model divides: ",
    "fix.none": "No change of a single kind was found with which it does; sizes, strides and layers must be chosen anew",
    "fix.padding": "padding={padding!r} in {layers:names}",
    "fix.strides": "strides={value} in {layers:names}",
    "fix.strides_at_most": "strides of at most {value} in {layers:names}",
    "fix.kernel_size": "kernel_size={value} in {layers:names}",
    "fix.kernel_size_at_most": "kernels of at most {value} pixels a side in {layers:names}",
    "fix.pool_size": "pool_size={value} in {layers:names}",
    "fix.pool_size_at_most": "pooling windows of at most {value} pixels a side in {layers:names}",
    "fix.pictures": "pictures of {size:size}",
    "fix.pictures_or_larger": "pictures of {size:size} or larger",
    "fix.leave_out": "leaving out {layers:names}",
    "names.run": "{first} to {last}",
    "names.and": "{front} and {last}",
    "doctor.fits": "Every layer fits pictures of {size:size}.",
    "doctor.divides": "Every stride divides: no window is cut off, no pixel is left over.",
    "doctor.left_over": "{layer}: {kernel:size} windows at a stride of {stride:size} do not end at the last pixel of what reaches it, {size:size} "
    "(rows left over: {rows}, columns: {columns}). This is allowed; strict=True refuses it.",
    "doctor.does_not_fit": "{layer}: a {kernel:size} kernel does not fit what reaches it, {size:size}: {walk:walk} -{layer}-> ?",
    "cli.summary.fix": "Show what to change where sizes do not fit or strides do not divide, in place of the table.",
}
