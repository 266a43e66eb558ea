package kernel

//go:generate go run -C gen . -set products -out ../products_amd64.s -stubs ../products_amd64.go -pkg kernel
//go:generate go run -C gen . -set elementwise -out ../elementwise_amd64.s -stubs ../elementwise_amd64.go -pkg kernel
//go:generate go run -C gen . -set functions -out ../functions_amd64.s -stubs ../functions_amd64.go -pkg kernel
//go:generate go run -C gen . -set coefficients -go ../coefficients.go
//go:generate go run -C gen . -set jets -out ../jets_amd64.s -stubs ../jets_amd64.go -pkg kernel
//go:generate go run -C gen . -set jetsgo -go ../jets_go.go -table ../jettable_amd64.go
