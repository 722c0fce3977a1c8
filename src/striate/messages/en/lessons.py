"""The command of the lessons, and what they share."""

TEXTS = {
    "cli.learn.lesson.help": "Read one of twelve short lessons, its numbers computed while you read, and answer its question.\n"
    "Without a number: the list of lessons. At a terminal the question is asked and a wrong answer may be mended once; "
    "in a pipe or a script give the answer with --answer.\n"
    "Exit code: 0 for a right answer or none, 1 for a wrong one.\n"
    "  striate learn lesson 3\n"
    "  striate learn lesson 3 --answer 12",
    "cli.learn.lesson.number": "Which lesson, from 1.",
    "cli.learn.lesson.answer": "The answer to the lesson's question: numbers, apart by blanks.",
    "cli.learn.lesson.output": "Write the lesson's pictures into this folder as PNG; it is made where it is missing.",
    "lesson.unknown": "There is no lesson {came}: they are numbered from 1 to {last}; 'striate learn lesson' lists them.",
    "lesson.needs_number": "{option} belongs to one lesson, but none is named; write 'striate learn lesson N {option} ...'.",
    "lesson.answer_one": "The answer must be one number, as in '{example}', got '{came}'; write it so.",
    "lesson.answer": "The answer must be numbers, apart by blanks and {count} in all, as in '{example}', got '{came}'; write it so.",
    "lesson.list": "Twelve lessons. 'striate learn lesson N' opens one.",
    "lesson.heading": "Lesson {number}: {title}",
    "lesson.claimed": "You may read: {text}",
    "lesson.found": "Computed: {text}",
    "lesson.more": "To try it:",
    "lesson.drawn": "Picture {file}: {caption}",
    "lesson.picture": "Picture (with -o FOLDER): {caption}",
    "lesson.question": "Question: {text}",
    "lesson.how": "Answer with: striate learn lesson {number} --answer '...'",
    "lesson.prompt": "Your answer (Enter: none): ",
    "lesson.right": "Right. {why}",
    "lesson.wrong": "Not {came}. {hint}",
    "lesson.again": "Once more (Enter: none): ",
    "lesson.read_again": "Not {came}, either. Read the lesson once more: the numbers to compute with all stand in it.",
    "lesson.dog": "dog",
    "lesson.cat": "cat",
    "lesson.red": "red",
    "lesson.green": "green",
    "lesson.blue": "blue",
    "lesson.step": "step",
    "lesson.conv_weights": "weights, convolution",
    "lesson.flat_numbers": "numbers, flattened",
    "lesson.dense_weights": "weights, dense",
    "figure.windows": "N = {n}, F = {f}, s = {s}: k = {k}",
    "figure.activations": "functions",
    "figure.slopes": "their slopes",
    "figure.depth": "layers gone back through",
    "figure.gradient_left": "share of the gradient left",
    "figure.forward": "forward →",
    "figure.backward": "← back",
}
