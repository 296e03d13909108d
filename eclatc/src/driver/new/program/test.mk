
# The kernel runs the packets, which needs root; no interface is touched.
test: objects/{name}.o
	$(ECLATC) build example.eclat -D DEVNAME=lo -L .. -o example.hike
	$(HIKE_LOADER) run example.hike --pcap test/packets.pcap >test/found.txt
	awk 'NR <= 3 { print $$1, $$3 }' test/found.txt | diff test/expected.txt -

clean:
	rm -rf objects example.hike test/found.txt target

.PHONY: test clean
