"""A plain English text for benchmarks without a table, written for this purpose: no book and no author to know it."""

PROSE = """
The survey of the northern valley began in a wet spring, with three mules, two chains and a clerk who had never slept
outside a house. Our orders were simple. We were to measure the road from the old mill to the pass, note every stream
that crossed it, and come home before the snow. Nobody had told us that the mill had burned down the year before, or
that the road had moved away from the river since the last flood and now climbed through a wood of young birches.
We found the first mark on the third day. It was a square stone with a cross cut into the top, half sunk in the moss,
and beside it somebody had planted an apple tree. The clerk wrote down its position twice, once in ink and once in
pencil, because he did not trust the ink in such weather. From there the line went up a slope so steep that the chain
hung like a rope between us, and each length had to be taken again from the other end. By evening we had won four
hundred paces and lost a kettle.
In the village below the pass the people were friendly and gave wrong answers. Asked how far it was to the next bridge,
the baker said an hour, his wife said three, and a boy who listened at the door told us that there was no bridge at all
but only a very large tree. The boy was right. We crossed it one after another with our boots around our necks, while
the mules looked at the water, thought it over, and walked through it without any fuss.
I kept a private list of the things that the map would never show. There was a bench that caught the last light of the
day, a spring so cold that it made the teeth ache, and a house whose owner painted one shutter every year in a new
colour. There was also an echo under the cliff that returned only the second half of what was said to it. The clerk
spent a whole afternoon asking it questions, and believed until the end of his life that it had answered him.
When the first frost came we were nine miles from the pass and had enough paper for five. So we wrote smaller. The final
sheet holds the summit, both of its cairns, the hut with the broken chimney and a careful note that the wind there blows
from every side at once. We signed it with stiff fingers, rolled it into its tin, and went down in the dark, singing
loudly to keep the bears away and the mules awake. The office paid us for the road, returned the chains to the cupboard,
and filed our map under the name of another valley, where with some luck it can still be found by anybody who makes the
same mistake.
"""
